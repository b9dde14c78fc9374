import vueI18n from '@intlify/eslint-plugin-vue-i18n'
import js from '@eslint/js'
import prettier from 'eslint-config-prettier'
import vue from 'eslint-plugin-vue'
import globals from 'globals'
import tseslint from 'typescript-eslint'
import vueParser from 'vue-eslint-parser'

const typed = [
  'src-main/**/*.ts',
  'src-shared/**/*.ts',
  'bench/**/*.ts',
  'src-preload/**/*.ts',
  'src-renderer/**/*.{ts,vue}',
  'tests/**/*.ts',
  '*.config.ts',
]

/** What a log or an internal error says is for developers, in English. */
const forDevelopers =
  ':not(:matches(CallExpression[callee.object.name="log"], CallExpression[callee.object.property.name="stderr"], NewExpression[callee.name=/^(Error|Response)$/]) *)'
const textsByIdOnly = 'What the user reads belongs in src-shared/locales/en/desktop: use desktopText(id).'
const errorsByIdOnly = 'A sentence of an error belongs in src-shared/locales/en/errors: give errorText(id).'

const errorsById = [
  {
    selector:
      'NewExpression[callee.name=/^(FlowerbedError|InvalidArgumentError)$/] > :matches(TemplateLiteral, BinaryExpression)',
    message: errorsByIdOnly,
  },
  {
    selector: 'NewExpression[callee.name="FlowerbedError"][arguments.1.type="Literal"]',
    message: errorsByIdOnly,
  },
  { selector: 'NewExpression[callee.name="InvalidArgumentError"] > Literal', message: errorsByIdOnly },
  {
    selector:
      'NewExpression[callee.name="FlowerbedError"] > ConditionalExpression.arguments > :matches(Literal[value=/ /], TemplateLiteral)',
    message: errorsByIdOnly,
  },
  {
    selector:
      'NewExpression[callee.name="FlowerbedError"] > ObjectExpression > Property[key.name="hint"] > :matches(Literal, TemplateLiteral, ConditionalExpression).value',
    message: errorsByIdOnly,
  },
]

/** Texts of menus, dialogs, notices, schemas and reasons. */
const textsOfProcesses = [
  `Literal[value=/^[A-Z“][A-Za-z“”’]* [a-z]+( |[^ ]*$)/]${forDevelopers}`,
  `TemplateElement[value.raw=/[A-Za-z]{2,} [a-z]+ [a-z]+/]${forDevelopers}`,
  'Property[key.name=/^(label|title|message|detail|body|hint|buttonLabel|problem|remedy|reason|why|error)$/] > :matches(Literal[value=/^(?!Flowerbed$).*[A-Za-z]{2}/], TemplateLiteral).value',
  'Property[key.name="filters"] Property[key.name="name"] > :matches(Literal, TemplateLiteral).value',
  'Property[key.name="buttons"] > ArrayExpression > :matches(Literal, TemplateLiteral)',
  'CallExpression[callee.property.name=/^(setToolTip|showErrorBox|warn)$/][callee.object.name!="log"] > :matches(Literal, TemplateLiteral)',
  'NewExpression[callee.name="UnreadableImage"] :matches(Literal, TemplateLiteral):not(CallExpression *)',
].map((selector) => ({ selector, message: textsByIdOnly }))

export default tseslint.config(
  {
    ignores: ['node_modules/', 'out/', 'dist/', 'test-results/', 'playwright-report/', 'resources/', 'docs/'],
  },
  js.configs.recommended,
  { files: ['**/*.{js,mjs}', 'scripts/**'], languageOptions: { globals: globals.node } },
  { files: ['**/*.cjs'], languageOptions: { globals: globals.node, sourceType: 'commonjs' } },
  ...tseslint.configs.strictTypeChecked.map((config) => ({
    ...config,
    files: [...typed, 'scripts/**/*.ts'],
  })),
  {
    files: [...typed, 'scripts/**/*.ts'],
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.node.json', './tsconfig.renderer.json'],
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: ['.vue'],
      },
    },
    rules: {
      // A number or a boolean in a message needs no ceremony.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      // `void` marks requests without an argument in the IPC and engine maps.
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // A parameter that only types an event or an answer still says what a caller may expect.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // A fifth of the linter's time, for enums, which there are none of, and for classes that look alike.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      'no-console': 'error',
      'max-lines': ['error', 300],
      'max-params': ['error', 3],
      eqeqeq: 'error',
    },
  },
  ...vue.configs['flat/recommended'],
  {
    files: ['**/*.vue'],
    languageOptions: {
      parser: vueParser,
      globals: globals.browser,
      parserOptions: {
        parser: tseslint.parser,
        project: ['./tsconfig.renderer.json'],
        extraFileExtensions: ['.vue'],
      },
    },
    rules: {
      'no-undef': 'off',
      'max-lines': ['error', 150],
      'vue/multi-word-component-names': 'off',
      'vue/require-default-prop': 'off',
      'vue/block-order': ['error', { order: ['script', 'template', 'style'] }],
      'vue/define-macros-order': 'error',
      'vue/no-v-html': 'error',
    },
  },
  {
    // Every string of the window is in the catalogue, and every id that is asked for exists there.
    files: ['src-renderer/**/*.{ts,vue}'],
    plugins: { '@intlify/vue-i18n': vueI18n },
    settings: {
      'vue-i18n': {
        localeDir: {
          // English alone: the rule is content with an id that any locale has. Types and a test hold the others to English.
          pattern: './src-shared/locales/en/*.json',
          localeKey: 'path',
          localePattern: /^.*\/(?<locale>[a-z-]+)\/[a-z-]+\.json$/,
        },
        messageSyntaxVersion: '^11.0.0',
      },
    },
    rules: {
      '@intlify/vue-i18n/no-missing-keys': 'error',
      '@intlify/vue-i18n/valid-message-syntax': 'error',
      '@intlify/vue-i18n/no-raw-text': [
        'error',
        {
          attributes: {
            '/.+/': [
              'title',
              'aria-label',
              'aria-description',
              'placeholder',
              'alt',
              'label',
              'hint',
              'help',
              'text',
            ],
          },
          // Symbols and units that are the same in every language.
          ignorePattern: '^[^A-Za-z]*$',
        },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: 'Literal[value=/^[A-Z][a-z]+ .*[a-z]{3}/]',
          message: 'A sentence of the window belongs in src-shared/locales: use t(id).',
        },
        {
          selector: 'TemplateElement[value.raw=/[A-Za-z]+ [a-z]+ [a-z]+/]',
          message: 'A sentence of the window belongs in src-shared/locales: use t(id).',
        },
      ],
    },
  },
  {
    // What an error says is in the catalogue, by message id, so that another process can say it in its own language.
    files: ['src-main/**/*.ts', 'src-shared/**/*.ts'],
    rules: {
      'no-restricted-syntax': ['error', ...errorsById, ...textsOfProcesses],
    },
  },
  {
    // The catalogue itself; names and descriptions of settings, presets and measures, which stand with what they describe;
    // SQL; the code that an export writes; and the terminal, which is in English.
    files: [
      'src-shared/locales/**/*.ts',
      'src-shared/labels/*.ts',
      'src-shared/presets.ts',
      'src-shared/schemas/{run,setting}.ts',
      'src-shared/schemas/settings/*.ts',
      'src-main/database/**/*.ts',
      'src-main/engine/sampling/saved-model-files.ts',
      'src-shared/comparison-columns.ts',
      'src-main/reports/**/*.ts',
      'src-main/cli/**/*.ts',
    ],
    rules: { 'no-restricted-syntax': ['error', ...errorsById] },
  },
  {
    // Tests and scripts print; tests reach into things in ways that production code should not.
    files: ['tests/**', 'scripts/**', 'src-main/cli/**'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['tests/**'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      'max-params': 'off',
    },
  },
  prettier,
)
