import { fileSha256 } from './file-sha256.ts'
import type { StreamHost } from './stream-host.ts'

/** What is sent again where a file was damaged there, as by a power cut: 64 MiB, in blocks of `dd`. */
export const pieceBytes = 64 * 1024 ** 2

/** A part of a file: `start` to before `end`. */
export interface Piece {
  start: number
  end: number
}

/**
 * The pieces of a file that are other bytes there than here.
 * @param options.names defines `$part`, the file there, in the shell
 */
export async function damagedPieces(
  host: StreamHost,
  options: { from: string; names: string; total: number; piece?: number; signal?: AbortSignal | undefined },
): Promise<Piece[]> {
  const { from, names, total, piece = pieceBytes, signal } = options
  const count = Math.ceil(total / piece)
  const block = 65_536
  const sum = 'if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi'
  const part = `dd if="$part" bs=${block} skip=$((i * ${piece / block})) count=${piece / block} 2>/dev/null`
  const said = await host.run(
    `${names}; i=0; while [ $i -lt ${count} ]; do ${part} | { ${sum}; } | cut -c 1-64; i=$((i + 1)); done`,
    signal ? { signal } : {},
  )
  const found = said.trim().split('\n')
  const damaged: Piece[] = []
  for (let i = 0; i < count; i++) {
    const range = { start: i * piece, end: Math.min(total, (i + 1) * piece) }
    if (found[i] !== (await fileSha256(from, range))) damaged.push(range)
  }
  return damaged
}
