import { z } from 'zod'

/** How fast a device computes training steps, measured once (`engine/training/device-speed.ts`). */
export const deviceSpeedSchema = z.object({
  /** As the system calls it. */
  device: z.string(),
  /** In the faster precision. */
  flopsPerSecond: z.number().positive(),
  /** That an operation takes beside its multiplications and additions. */
  secondsPerOperation: z.number().nonnegative(),
  /** Time of the same arithmetic in 16 bits over that in fp32; absent where the device has no faster precision than fp32. */
  fastShare: z.number().positive().optional(),
})
export type DeviceSpeed = z.infer<typeof deviceSpeedSchema>

/** A setting that a preset chooses by the images or the time given, and why. */
export const automaticSettingSchema = z.object({
  key: z.enum(['patch', 'codeKlWeight', 'dropout', 'hidden', 'batch', 'learningRate']),
  value: z.number(),
  because: z.enum(['imageSize', 'fewImages', 'time', 'manySteps', 'largeBatch']),
})
export type AutomaticSetting = z.infer<typeof automaticSettingSchema>

/** What the preset of a run chose when the run was created, and by what. */
export const automaticChoiceSchema = z.object({
  settings: z.array(automaticSettingSchema),
  /** The speed of the device and how many times as long as by it the steps of real runs took; null where none was known. */
  speed: z.object({ measured: deviceSpeedSchema, correction: z.number().positive() }).nullable(),
  /** Seconds that a step with these settings takes by the same. */
  secondsPerStep: z.number().positive().nullable(),
})
export type AutomaticChoice = z.infer<typeof automaticChoiceSchema>
