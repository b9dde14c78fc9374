import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'

/** A run that trains on a target is followed here no more; it goes on there, and its record stays as it is. */
export class Detached extends FlowerbedError {
  constructor() {
    super('cancelled', errorText('remote.detached'))
  }
}
