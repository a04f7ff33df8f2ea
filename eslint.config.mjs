import js from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['build/', 'dist/', 'prebuilds/'] },
  js.configs.recommended,
  {
    files: ['**/*.{ts,mts}'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // A receiver without named vectors has the empty record of names.
      '@typescript-eslint/no-generated-empty-object-type': 'off',
      // Mocha's describe and it take functions that need not be awaited.
      '@typescript-eslint/no-empty-function': 'off',
    },
  },
  {
    // Users load the library in contexts whose globals are another realm's, are faked by a test, or
    // are missing. The command is a program of its own.
    files: ['lib/**/*.ts'],
    ignores: ['lib/cli/**'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...['setTimeout', 'clearTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'],
        ...[
          'performance',
          'Date',
          'AbortController',
          'process',
          'Buffer',
          'URL',
          'structuredClone',
        ],
      ].map((each) =>
        each === 'error'
          ? each
          : { name: each, message: 'Import it: lib/internal/clock.ts, node:…' },
      ),
      'no-restricted-syntax': [
        'error',
        {
          selector: "BinaryExpression[operator='instanceof']",
          message:
            'A value of another realm or another evaluation of the package has other classes.',
        },
        {
          selector:
            "MemberExpression[object.name='Symbol'][property.name=/^(dispose|asyncDispose)$/]",
          message: 'Not in every context: lib/internal/dispose.ts.',
        },
      ],
    },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: {
      globals: {
        require: 'readonly',
        module: 'readonly',
        process: 'readonly',
        console: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        AbortController: 'readonly',
        AbortSignal: 'readonly',
        Response: 'readonly',
        fetch: 'readonly',
        __dirname: 'readonly',
        URL: 'readonly',
      },
    },
  },
);
