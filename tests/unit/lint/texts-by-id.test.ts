import { ESLint, Linter } from 'eslint'
import { join } from 'node:path'
import tseslint from 'typescript-eslint'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..', '..', '..')

/** The rule against literal sentences as it holds for a file, without those that need types. */
async function rule(file: string): Promise<Linter.RuleEntry> {
  const { rules } = (await new ESLint({ cwd: root }).calculateConfigForFile(join(root, file))) as {
    rules: Record<string, Linter.RuleEntry>
  }
  return rules['no-restricted-syntax']!
}

const refusals = (code: string, entry: Linter.RuleEntry) =>
  new Linter().verify(code, {
    languageOptions: { parser: tseslint.parser },
    rules: { 'no-restricted-syntax': entry },
  })

describe('lint of sentences in the code of main, importer and engine', async () => {
  const entry = await rule('src-main/app/menu.ts')

  it.each([
    `notify({ level: 'info', message: 'It is done.' })`,
    'notify({ level: "info", message: `“${name}” goes on` })',
    `const item = { label: 'Quit', click }`,
    `dialog.showOpenDialog({ title: 'Choose a folder' })`,
    `dialog.showSaveDialog({ filters: [{ name: 'PNG', extensions: ['png'] }] })`,
    `dialog.showMessageBox({ buttons: ['Save', text] })`,
    `dialog.showErrorBox('Failed', text)`,
    `tray.setToolTip('Flowerbed')`,
    `listeners.warn('Collapsed')`,
    `throw new UnreadableImage('is cut off')`,
    `throw new UnreadableImage(empty ? 'is empty' : text)`,
    `const problem = { problem: 'no GPU was found', remedy }`,
    `z.string().min(1, 'A run needs a name')`,
    `throw new FlowerbedError('conflict', 'It is in training.')`,
    `throw new FlowerbedError('conflict', text, { hint: 'Stop it first.' })`,
  ])('refuses %s', (code) => {
    expect(refusals(code, entry).map(({ ruleId }) => ruleId)).toContain('no-restricted-syntax')
  })

  it.each([
    `notify({ level: 'info', message: desktopText('notice.stored') })`,
    `dialog.showMessageBox({ buttons: [desktopText('quit.save')] })`,
    `throw new UnreadableImage(desktopText(empty ? 'image.empty' : 'image.notImage'))`,
    'log.warn(`The queue cannot be read: ${message}`)',
    `throw new Error('The setting has no description.')`,
    `const window = { title: 'Flowerbed', kind: 'run' }`,
  ])('accepts %s', (code) => {
    expect(refusals(code, entry)).toEqual([])
  })

  it('accepts the catalogue itself', async () => {
    const own = await rule('src-shared/locales/en/desktop/menu.ts')
    expect(refusals(`const texts = { 'a.b': 'It is done.' }`, own)).toEqual([])
  })
})
