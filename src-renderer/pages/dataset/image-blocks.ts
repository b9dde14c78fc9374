import { shallowRef, triggerRef } from 'vue'
import { imageBytes } from '#shared/schemas/image.ts'
import type { ImageShape, PixelBatch } from '#shared/schemas/image.ts'
import { request } from '../../api/index.ts'

/** Bytes of one request, and of what is kept of them. */
const blockBytes = 2 ** 21
const keptBytes = 96 * 2 ** 20
const mostPerRequest = 256

/** The images of a list, fetched in blocks as they come into view; of those out of view the latest are kept. */
export class ImageBlocks {
  readonly perBlock: number
  private readonly id: string
  private readonly images: readonly number[]
  private readonly mostBlocks: number
  private readonly blocks = shallowRef(new Map<number, PixelBatch>())
  private readonly pending = new Set<number>()

  constructor(options: { id: string; shape: ImageShape; images: readonly number[] }) {
    this.id = options.id
    this.images = options.images
    const bytes = imageBytes(options.shape)
    this.perBlock = Math.max(1, Math.min(mostPerRequest, Math.floor(blockBytes / bytes)))
    this.mostBlocks = Math.max(4, Math.floor(keptBytes / (this.perBlock * bytes)))
  }

  /** The image at a position of the list, once it is there. */
  at(place: number): { batch: PixelBatch; index: number } | null {
    const batch = this.blocks.value.get(Math.floor(place / this.perBlock))
    return batch ? { batch, index: place % this.perBlock } : null
  }

  /** Fetches what is missing between two places. */
  fetch(first: number, end: number): void {
    const last = Math.floor((Math.min(end, this.images.length) - 1) / this.perBlock)
    for (let block = Math.floor(first / this.perBlock); block <= last; block++) {
      const known = this.blocks.value.get(block)
      if (known) this.touch(block, known)
      else void this.fetchBlock(block)
    }
  }

  private async fetchBlock(block: number): Promise<void> {
    if (this.pending.has(block)) return
    this.pending.add(block)
    try {
      const indices = this.images.slice(block * this.perBlock, (block + 1) * this.perBlock)
      const batch = await request('datasets.images', { id: this.id, indices })
      this.touch(block, batch)
      for (const [oldest] of this.blocks.value) {
        if (this.blocks.value.size <= this.mostBlocks) break
        this.blocks.value.delete(oldest)
      }
      triggerRef(this.blocks)
    } catch {
      // A block that cannot be loaded stays empty and is asked for again; the page says why it cannot be read.
    } finally {
      this.pending.delete(block)
    }
  }

  /** Makes a block the latest used. */
  private touch(block: number, batch: PixelBatch): void {
    this.blocks.value.delete(block)
    this.blocks.value.set(block, batch)
  }
}
