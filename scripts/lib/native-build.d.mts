export interface NativeLibrary {
  /** In `resources`. */
  path: string
  target: string
  /** The folder of its sources in the repository. */
  sources: string
  flags: string[]
  needs: string[]
}
export interface NativeTools {
  zig: string
  headers: string
  cache: string
}
export const libraries: NativeLibrary[]
export function hashOfSources(folder: string): string
export function sha256Of(file: string): string
export function buildLibrary(library: NativeLibrary, folder: string, tools: NativeTools): Promise<string>
/** The units of the kernels that need no TensorFlow, with the compiler's flags for the instructions of each. */
export const portableUnits: Record<string, string[]>
/** Those that make the kernels operations of TensorFlow, by its C API. */
export const operationUnits: Record<string, string[]>
export function inTurns<Item, Result>(items: Item[], work: (item: Item) => Promise<Result>): Promise<Result[]>
