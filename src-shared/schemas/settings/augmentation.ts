import { real, setting, yesNo } from '#shared/schemas/setting.ts'

/** How images are changed at random while training. */
export const augmentationSettings = {
  flip: setting(yesNo('Horizontal flip'), {
    title: 'Horizontal flip',
    help: 'Mirrors half of the images left to right. Leave off where left and right matter, as in text.',
    group: 'augmentation',
  }),
  flipVertical: setting(yesNo('Vertical flip').default(false), {
    title: 'Vertical flip',
    help: 'Mirrors half of the images top to bottom. For textures and views from above, rarely for faces.',
    group: 'augmentation',
  }),
  turn: setting(yesNo('Random rotation').default(false), {
    title: 'Random rotation',
    help: 'Rotates square images by any multiple of 90°, others by 180° only. For images without up and down.',
    group: 'augmentation',
  }),
  shift: setting(real(0, 0.5, 'Random shift').default(0), {
    title: 'Random shift',
    help: 'Moves images by up to this share of their sides in any direction; edges are repeated. Samples will be off centre as much. 0 switches it off.',
    group: 'augmentation',
    step: 0.01,
  }),
  jitter: setting(real(0, 0.5, 'Jitter').default(0), {
    title: 'Brightness and contrast jitter',
    help: 'Changes brightness and contrast by up to this share. Samples will vary as much. 0 switches it off.',
    group: 'augmentation',
    step: 0.01,
  }),
  augmentCondition: setting(yesNo('Conditioning on augmentation').default(false), {
    title: 'Condition on augmentation',
    help: 'Tells the residual U-Net how each image was augmented, so that samples are neither mirrored, rotated, shifted nor of other brightness unless the images are.',
    group: 'augmentation',
  }),
}
