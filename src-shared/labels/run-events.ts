import { desktopText } from '#shared/desktop-text.ts'
import { formatCount } from '#shared/format.ts'
import type { RunEvent } from '#shared/schemas/run-event.ts'
import { settingField } from '#shared/labels/described.ts'
import { settingWords } from '#shared/schemas/setting.ts'
import type { CheckpointRecord } from '#shared/schemas/run.ts'

/** What happened at a step of a run, in words: what a plot marks, and what a report lists. */
export interface RunMoment {
  kind: MomentKind
  step: number
  /** ms since 1970. */
  at: number
  text: string
}
export type MomentKind = RunEvent['kind'] | 'checkpoint'

/** One changed setting: “Learning rate 0.001 → 0.0005”. */
function changeText(key: string, { from, to }: { from: SettingValue; to: SettingValue }): string {
  const field = settingField(key)
  const words = (value: SettingValue) => (field ? settingWords(field, value) : String(value))
  return `${field?.title ?? key} ${words(from)} → ${words(to)}`
}
type SettingValue = string | number | boolean

/** An event in words, without its step. */
export function eventText({ kind, step, detail }: RunEvent): string {
  switch (kind) {
    case 'started':
      return desktopText('event.started', { device: detail.device })
    case 'paused':
      return desktopText('event.paused')
    case 'ended':
      return endText(detail)
    case 'resumed':
      return desktopText('event.resumed', { step: formatCount(step) })
    case 'settings':
      return Object.entries(detail)
        .map(([key, change]) => changeText(key, change))
        .join(', ')
    case 'workers-lost': {
      const lost = detail.lost.length === 0 ? desktopText('event.noWorker') : detail.lost.join(', ')
      const [reached, back] = [formatCount(detail.reached), formatCount(step)]
      return desktopText('event.workersLost', { lost, reached, step: back, left: detail.left })
    }
    case 'checkpoint-damaged':
      return desktopText('event.checkpointDamaged', { reason: detail.reason })
  }
}

function endText({ status, reason }: Extract<RunEvent, { kind: 'ended' }>['detail']): string {
  const how = desktopText(`event.end.${status}`)
  return reason === undefined ? how : desktopText('event.ended', { how, reason })
}

function checkpointText(checkpoint: CheckpointRecord): string {
  const marks = (['best', 'pinned', 'damaged'] as const)
    .filter((mark) => checkpoint[mark])
    .map((mark) => desktopText(`event.${mark}`))
  return marks.length === 0
    ? desktopText('event.checkpoint')
    : desktopText('event.checkpointMarked', { marks: marks.join(', ') })
}

/** The events of a run and the checkpoints that it has, by step and then by time. */
export function runMoments(
  events: readonly RunEvent[],
  checkpoints: readonly CheckpointRecord[],
): RunMoment[] {
  const moments = [
    ...events.map((event) => ({
      ...{ kind: event.kind, step: event.step, at: event.at, text: eventText(event) },
    })),
    ...checkpoints.map((checkpoint) => ({
      ...{ kind: 'checkpoint' as const, step: checkpoint.step, at: checkpoint.createdAt },
      text: checkpointText(checkpoint),
    })),
  ]
  return moments.sort((a, b) => a.step - b.step || a.at - b.at)
}
