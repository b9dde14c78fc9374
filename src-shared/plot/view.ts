/** The visible range of an axis. */
export interface View {
  min: number
  max: number
}
