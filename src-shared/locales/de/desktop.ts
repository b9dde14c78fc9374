import type { desktop as english } from '../en/desktop.ts'
import type { Translated } from '../translated.ts'
import { deviceTexts } from './desktop/device.ts'
import { dialogTexts } from './desktop/dialogs.ts'
import { eventTexts } from './desktop/events.ts'
import { importTexts } from './desktop/import.ts'
import { inputTexts } from './desktop/input.ts'
import { measureTexts } from './desktop/measures.ts'
import { menuTexts } from './desktop/menu.ts'
import { noticeTexts } from './desktop/notices.ts'
import { remoteAgentTexts } from './desktop/remote-agent.ts'
import { remoteTexts } from './desktop/remote.ts'
import { slurmTexts } from './desktop/slurm.ts'
import { trainingTexts } from './desktop/training.ts'

const texts = {
  ...deviceTexts,
  ...dialogTexts,
  ...eventTexts,
  ...importTexts,
  ...inputTexts,
  ...measureTexts,
  ...menuTexts,
  ...noticeTexts,
  ...remoteAgentTexts,
  ...remoteTexts,
  ...slurmTexts,
  ...trainingTexts,
} as const

/** What the processes behind the window say in German. */
export const desktop = texts satisfies Translated<typeof english, typeof texts>
