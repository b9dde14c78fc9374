import { shallowRef } from 'vue'
import type { ShallowRef } from 'vue'

/** How the user wants a run to start: now, another being paused for it, or behind what is queued. */
export type StartAnswer = 'now' | 'queue'

/** How a new run starts, and whether the page from which it was started is still shown. */
export interface StartDecision {
  how: StartAnswer
  isUnchanged: () => boolean
}

/** The question how to start a run while another trains. */
export interface StartQuestion {
  /** The run that trained when it was asked. */
  liveId: string
  canQueue: boolean
  answer: (answer: StartAnswer | null) => void
}

/** Asks one question at a time; a newer one takes back the one before. */
export function useStartQuestion(): {
  question: ShallowRef<StartQuestion | null>
  ask: (liveId: string, canQueue: boolean) => Promise<StartAnswer | null>
} {
  const question = shallowRef<StartQuestion | null>(null)

  function ask(liveId: string, canQueue: boolean): Promise<StartAnswer | null> {
    question.value?.answer(null)
    return new Promise((resolve) => {
      question.value = {
        liveId,
        canQueue,
        answer: (answer) => {
          question.value = null
          resolve(answer)
        },
      }
    })
  }
  return { question, ask }
}
