import { sampleUrl } from '#shared/ipc.ts'
import type { SampleRecord } from '#shared/schemas/run.ts'

/** Style that shows one image of a sheet in an element of any size. */
export function tileStyle(record: SampleRecord, index: number): Record<string, string> {
  const { columns, count } = record
  const rows = Math.ceil(count / columns)
  const share = (position: number, of: number) => (of <= 1 ? '0%' : `${(100 * position) / (of - 1)}%`)
  return {
    backgroundImage: `url("${sampleUrl(record)}")`,
    backgroundSize: `${100 * columns}% ${100 * rows}%`,
    backgroundPosition: `${share(index % columns, columns)} ${share(Math.floor(index / columns), rows)}`,
    aspectRatio: `${record.shape.width} / ${record.shape.height}`,
  }
}
