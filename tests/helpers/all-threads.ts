/**
 * Imported by tests of what may depend on the number of threads: these use all cores, as the app does. The others have one thread
 * each (vitest.config.ts).
 */
process.env['FLOWERBED_THREADS'] = ''
