// eslint's TypeScript cannot read .vue files; vue-tsc can and prefers what it reads there.
declare module '*.vue' {
  import type { DefineComponent } from 'vue'
  const component: DefineComponent
  export default component
}
