import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { keepOneArchitecture } from '../../../bench/gpu/one-architecture.ts'

const machineCode = 2
const assembly = 1
let folder: string
let library: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flowerbed-architecture-'))
  library = join(folder, 'library.so')
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A kernel for an architecture, all of whose bytes are `fill`. */
function kernel(kind: number, architecture: number, fill: number): Buffer {
  const header = Buffer.alloc(64)
  header.writeUInt16LE(kind, 0)
  header.writeUInt32LE(64, 4)
  header.writeBigUInt64LE(16n, 8)
  header.writeUInt32LE(architecture, 28)
  return Buffer.concat([header, Buffer.alloc(16, fill)])
}

function fatBinary(...kernels: Buffer[]): Buffer {
  const header = Buffer.alloc(16)
  header.writeUInt32LE(0xba55ed50, 0)
  header.writeUInt16LE(16, 6)
  header.writeBigUInt64LE(BigInt(kernels.reduce((sum, { length }) => sum + length, 0)), 8)
  return Buffer.concat([header, ...kernels])
}

/** An ELF file of sections with nothing else in it. */
function elf(sections: Record<string, Buffer>): Buffer {
  const names = Buffer.from(['', ...Object.keys(sections), '.shstrtab', ''].join('\0'))
  const contents = [Buffer.alloc(0), ...Object.values(sections), names]
  const headers = Buffer.alloc(64 * contents.length)
  let position = 64
  contents.forEach((content, index) => {
    const name = ['', ...Object.keys(sections), '.shstrtab'][index] ?? ''
    headers.writeUInt32LE(names.indexOf(`${name}\0`), index * 64)
    headers.writeUInt32LE(1, index * 64 + 4)
    headers.writeBigUInt64LE(BigInt(position), index * 64 + 24)
    headers.writeBigUInt64LE(BigInt(content.length), index * 64 + 32)
    position += content.length
  })
  const header = Buffer.alloc(64)
  header.write('\x7fELF\x02', 'latin1')
  header.writeBigUInt64LE(BigInt(position), 40)
  header.writeUInt16LE(64, 58)
  header.writeUInt16LE(contents.length, 60)
  header.writeUInt16LE(contents.length - 1, 62)
  return Buffer.concat([header, ...contents, headers])
}

const bytesOf = (fill: number): number => readFileSync(library).filter((byte) => byte === fill).length

test('keep the machine code of one architecture, and the size of the file', () => {
  const first = fatBinary(
    kernel(machineCode, 80, 0xa1),
    kernel(machineCode, 90, 0xa2),
    kernel(assembly, 90, 0xa3),
  )
  const second = fatBinary(kernel(machineCode, 90, 0xa4), kernel(machineCode, 60, 0xa5))
  const file = elf({
    '.text': Buffer.alloc(32, 0xa6),
    '.nv_fatbin': Buffer.concat([first, Buffer.alloc(8), second]),
    '.strtab': Buffer.alloc(16, 0xa7),
  })
  writeFileSync(library, file)
  expect(keepOneArchitecture(library, 90)).toEqual({ dropped: 48, kept: 32 })
  expect([0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7].map(bytesOf)).toEqual([0, 16, 0, 16, 0, 32, 0])
  expect(readFileSync(library).length).toBe(file.length)
})

test('say that an architecture is missing, and leave the file as it was', () => {
  const file = elf({ '.nv_fatbin': fatBinary(kernel(machineCode, 80, 0xa1)) })
  writeFileSync(library, file)
  expect(() => keepOneArchitecture(library, 90)).toThrow('holds no kernels for the architecture 90')
  expect(readFileSync(library).equals(file)).toBe(true)
})

test('refuse what is no library for a GPU', () => {
  writeFileSync(library, elf({ '.text': Buffer.alloc(8) }))
  expect(() => keepOneArchitecture(library, 90)).toThrow('holds no kernels for a GPU')
  writeFileSync(library, 'text'.repeat(100))
  expect(() => keepOneArchitecture(library, 90)).toThrow('not a 64-bit ELF file')
})
