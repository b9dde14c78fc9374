/**
 * Who may import whom (ARCHITECTURE.md, “Rooms”). Each ban names the way that is right.
 */
const electron = {
  group: ['electron', 'electron/*'],
  message: 'Only app, ipc, engine-host and the preload know Electron. Take what you need as an argument.',
}
const store = {
  group: ['**/store/**', 'better-sqlite3', 'libsql'],
  message: 'Main (or the CLI) is the only writer of SQLite. Emit an EngineEvent and let runs/ record it.',
}
const renderer = {
  group: ['**/src-renderer/**'],
  message: 'The renderer is reached through IPC only: add a channel to #contract/ipc.ts.',
}
const engine = {
  group: ['**/engine/**', '!**/engine-host/**'],
  message:
    'The engine runs in its own process: go through engine-host, or import its entry with ?modulePath.',
}
const importer = {
  group: ['**/importer/**'],
  message:
    'The importer runs in its own process: go through engine-host, or import its entry with ?modulePath.',
}
const app = {
  group: ['**/app/**', '**/ipc/**', '**/engine-host/**'],
  message: 'This room is below the app and must not know it. Pass a callback in instead.',
}
const cli = {
  group: ['**/cli/**'],
  message: 'Nothing imports the CLI. Move what is shared to the room it belongs to.',
}
const tensorflow = {
  group: ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node-gpu/*', '@tensorflow/tfjs'],
  message: 'TensorFlow is loaded by engine/runtime/load.ts; for maths import @tensorflow/tfjs-core.',
}
const node = {
  group: ['node:*', 'fs', 'path', 'os', 'child_process', 'sharp'],
  message: 'This room is pure: take the bytes or values as an argument.',
}
const sharp = {
  group: ['sharp'],
  message:
    'User images are decoded by the importer process only; pictures of ours are encoded by engine/pictures (sharp and the GLib in Electron do not go together).',
}
const parent = {
  group: ['../**'],
  message: 'The contract stands alone: it imports zod and its own files only.',
}

const ban = (files, ...patterns) => ({
  files,
  rules: { 'no-restricted-imports': ['error', { patterns }] },
})

export const layering = [
  ban(['src-preload/contract/**/*.ts'], node, electron, tensorflow, parent, {
    group: ['vue', 'pinia', 'better-sqlite3'],
    message: 'The contract imports zod and its own files only.',
  }),
  // A later entry replaces an earlier one for the same file: the wider rooms come first.
  ban(['src-main/engine/**/*.ts'], electron, store, renderer, importer, app, cli, sharp),
  ban(
    ['src-main/engine/flow/**/*.ts', 'src-main/engine/nets/**/*.ts'],
    node,
    electron,
    store,
    renderer,
    importer,
    app,
    cli,
    tensorflow,
    {
      group: ['../data/**', '../train/**', '../runtime/**', '../compile/**', '../session*', '../pictures/**'],
      message:
        'flow and nets are pure maths on tfjs-core and know nothing of training, files or the runtime.',
    },
  ),
  ban(['src-main/importer/**/*.ts'], electron, store, renderer, engine, app, cli, tensorflow),
  ban(
    ['src-main/child/**/*.ts', 'src-main/log.ts'],
    electron,
    store,
    renderer,
    engine,
    importer,
    app,
    cli,
    tensorflow,
    sharp,
  ),
  ban(['src-main/store/**/*.ts'], electron, renderer, engine, importer, app, cli, tensorflow, sharp),
  ban(['src-main/runs/**/*.ts'], electron, renderer, engine, importer, app, cli, tensorflow, sharp),
  ban(
    ['src-main/app/**/*.ts', 'src-main/ipc/**/*.ts', 'src-main/engine-host/**/*.ts'],
    renderer,
    cli,
    tensorflow,
    {
      group: ['**/engine/**', '!**/engine/**/*?modulePath', '**/importer/**', '!**/importer/**/*?modulePath'],
      message:
        'Engine and importer run in their own processes: import their entry with ?modulePath and talk through engine-host.',
    },
  ),
  // sharp encodes the command line's animations.
  ban(['src-main/cli/**/*.ts'], electron, renderer, app),
  ban(['src-renderer/**/*.{ts,vue}'], node, electron, store, engine, importer, cli, tensorflow, {
    group: ['**/src-main/**', '**/src-preload/index*'],
    message:
      'The renderer imports #contract and its own files; what main knows comes through src-renderer/api.',
  }),
  ban(['src-renderer/ui/**/*.{ts,vue}'], node, electron, {
    group: ['**/features/**', '**/api/**', '**/shell/**', '**/state/**'],
    message: 'ui/ knows nothing of the domain: pass data in as props and emit events.',
  }),
  ban(['src-renderer/features/**/*.{ts,vue}'], node, electron, store, engine, importer, cli, tensorflow, {
    group: ['**/shell/**', '**/src-main/**', '**/src-preload/index*'],
    message:
      'The shell arranges the features. What they share is in state/ and ui/; what main knows comes through api/.',
  }),
  ban(['src-renderer/state/**/*.ts'], node, electron, {
    group: ['**/shell/**', '**/features/**'],
    message: 'state/ is what features and shell share; it knows neither.',
  }),
  {
    files: ['src-renderer/**/*.{ts,vue}'],
    ignores: ['src-renderer/api/**'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'window', property: 'api', message: 'Use request() and onEvent() of src-renderer/api.' },
      ],
    },
  },
]
