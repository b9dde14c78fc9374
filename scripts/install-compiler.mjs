/** Downloads what the tests of native code compile with; where that fails they are skipped, so it is no error. */
import { note } from './lib/report.mjs'
import { compilerName, provideHeaders, provideZig } from './lib/zig.mjs'

try {
  await Promise.all([provideZig(), provideHeaders()])
  note(`${compilerName} is installed`)
} catch (error) {
  note(`${compilerName} cannot be installed: ${error.message}`)
}
