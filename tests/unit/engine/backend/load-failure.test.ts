import { describe, expect, test } from 'vitest'
import { FlowerbedError } from '#shared/errors.ts'
import { toLoadError } from '../../../../src-main/engine/backend/load-failure.ts'

const path = '/home/me/my cache/lib/napi-v8/tfjs_binding.node'
const told = (words: string, given: { glibc?: string | null; noexec?: boolean } = {}) =>
  toLoadError(new Error(words), {
    path,
    name: 'TensorFlow',
    replace: 'Install it again.',
    glibc: () => (given.glibc === undefined ? '2.31' : given.glibc),
    noexec: () => given.noexec ?? false,
  })

/** Messages of loaders, the resulting error, and whether a new installation is advised. */
const sayings: Record<string, [words: string, kind: string, message: RegExp, again: boolean][]> = {
  glibc: [
    [
      `/lib/x86_64-linux-gnu/libc.so.6: version \`GLIBC_2.38' not found (required by ${path})`,
      'unavailable',
      /too old: it needs glibc 2\.38 or newer, and this system has 2\.31$/,
      false,
    ],
    [
      `/lib/x86_64-linux-gnu/libm.so.6: version \`GLIBC_2.38' not found (required by ${path})`,
      'unavailable',
      /glibc 2\.38/,
      false,
    ],
    [
      `/usr/lib/libstdc++.so.6: version \`GLIBCXX_3.4.32' not found (required by ${path})`,
      'unavailable',
      /C\+\+ library is too old: it lacks GLIBCXX_3\.4\.32/,
      false,
    ],
    [
      `/usr/lib/libstdc++.so.6: version \`CXXABI_1.3.15' not found (required by ${path})`,
      'unavailable',
      /lacks CXXABI_1\.3\.15/,
      false,
    ],
    [`${path}: file too short`, 'corrupt', /damaged/, true],
    [`${path}: invalid ELF header`, 'corrupt', /damaged/, true],
    [`${path}: cannot read file data: Is a directory`, 'corrupt', /damaged/, true],
    [`${path}: wrong ELF class: ELFCLASS32`, 'corrupt', /another processor/, true],
    [
      `${path}: cannot open shared object file: No such file or directory`,
      'corrupt',
      /its file is missing/,
      true,
    ],
    [
      'libtensorflow_cc.so.2: cannot open shared object file: No such file or directory',
      'corrupt',
      /libtensorflow_cc\.so\.2 is missing in its folder/,
      true,
    ],
    [
      'libgomp.so.1: cannot open shared object file: No such file or directory',
      'unavailable',
      /library libgomp\.so\.1 is missing on this system/,
      false,
    ],
    [
      'libcuda.so.1: cannot open shared object file: No such file or directory',
      'unavailable',
      /NVIDIA's driver/,
      false,
    ],
    [
      'libcudnn.so.9: cannot open shared object file: No such file or directory',
      'corrupt',
      /CUDA's library libcudnn\.so\.9 is missing/,
      true,
    ],
    [
      `${path}: failed to map segment from shared object: Cannot allocate memory`,
      'no-space',
      /too little memory/,
      false,
    ],
    [
      'libtensorflow_cc.so.2: failed to map segment from shared object',
      'unavailable',
      /refuses to map it/,
      false,
    ],
    [`${path}: cannot open shared object file: Permission denied`, 'bad-input', /is not readable/, false],
    [
      '/lib/libgomp.so.1: cannot allocate memory in static TLS block',
      'unavailable',
      /occupy the memory/,
      false,
    ],
    [
      `${path}: undefined symbol: TF_NewServer, version tensorflow`,
      'corrupt',
      /different versions \(TF_NewServer is missing\)/,
      true,
    ],
    [`Module did not self-register: '${path}'.`, 'corrupt', /not a module/, true],
    ['something nobody has ever said', 'unavailable', /: something nobody has ever said$/, true],
  ],
  macos: [
    [
      `dlopen(${path}, 0x0002): tried: '${path}' (mach-o file, but is an incompatible architecture (have 'x86_64', need 'arm64'))`,
      'corrupt',
      /another processor/,
      true,
    ],
    [
      `dlopen(${path}, 0x0002): Library not loaded: @rpath/libtensorflow.2.dylib\n  Referenced from: ${path}`,
      'corrupt',
      /libtensorflow\.2\.dylib is missing in its folder/,
      true,
    ],
    [
      `dlopen(${path}, 0x0002): tried: '${path}' (code signature in <…> not valid for use in process)`,
      'bad-input',
      /does not allow/,
      false,
    ],
    [
      `dlopen(${path}, 0x0002): Symbol not found: _TF_NewServer\n  Referenced from: ${path}`,
      'corrupt',
      /_TF_NewServer is missing/,
      true,
    ],
    [`dlopen(${path}, 0x0002): tried: '${path}' (not a mach-o file)`, 'corrupt', /damaged/, true],
  ],
  windows: [
    [`The specified module could not be found.\r\n\\\\?\\C:\\x.node`, 'unavailable', /missing/, false],
    ['\\\\?\\C:\\x.node is not a valid Win32 application.', 'corrupt', /another processor/, true],
    ['The specified procedure could not be found.', 'corrupt', /different versions/, true],
    [
      'A dynamic link library (DLL) initialization routine failed.',
      'unavailable',
      /cannot start on this processor/,
      false,
    ],
    ['The paging file is too small for this operation to complete.', 'no-space', /too little memory/, false],
    ['An Application Control policy has blocked this file.', 'bad-input', /does not allow/, false],
    ['Access is denied.', 'bad-input', /is not readable/, false],
  ],
}

describe.each(Object.entries(sayings))('%s', (_, all) => {
  test.each(all)('%s', (words, kind, message, again) => {
    const error = told(words)
    expect(error.kind).toBe(kind)
    expect(error.message).toMatch(/^TensorFlow does not load: /)
    expect(error.message).toMatch(message)
    expect(error.hint ?? '').not.toBe('')
    expect(/install it again/i.test(error.hint ?? '')).toBe(again)
    expect(error.where).toBe(path)
    expect(error.cause).toBeInstanceOf(Error)
  })
})

test('without glibc, the C library is named as the obstacle for any missing library', () => {
  for (const words of [
    'Error loading shared library ld-linux-x86-64.so.2: No such file or directory (needed by /x.node)',
    'Error loading shared library libstdc++.so.6: No such file or directory (needed by /x.node)',
    'Error relocating /x.node: __fprintf_chk: symbol not found',
  ]) {
    const { kind, message } = told(words, { glibc: null })
    expect(kind).toBe('unavailable')
    expect(message).toContain('this system has no glibc')
  }
})

test('a disk mounted with noexec is named', () => {
  const { kind, message, hint } = told(`${path}: failed to map segment from shared object`, { noexec: true })
  expect(kind).toBe('bad-input')
  expect(message).toContain('noexec')
  expect(hint).toContain('FLOWERBED_CACHE_DIR')
})

test('a FlowerbedError is passed on unchanged', () => {
  const error = new FlowerbedError('corrupt', 'Told')
  expect(toLoadError(error, { path, name: 'TensorFlow', replace: 'Install it again.' })).toBe(error)
})
