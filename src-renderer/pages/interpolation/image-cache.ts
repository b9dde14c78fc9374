import type { PixelBatch } from '#shared/schemas/image.ts'

/** Images requested together. */
const pageSize = 64

/** A dataset's images by position, fetched in pages; each page is requested once, and again only after a failure. */
export class ImageCache {
  private readonly pages = new Map<number, Promise<PixelBatch>>()
  private readonly count: number
  private readonly fetch: (indices: number[]) => Promise<PixelBatch>

  constructor(options: { count: number; fetch: (indices: number[]) => Promise<PixelBatch> }) {
    this.count = options.count
    this.fetch = options.fetch
  }

  /** The page that holds image `index`, and where in it. */
  async find(index: number): Promise<{ batch: PixelBatch; index: number }> {
    const page = Math.floor(index / pageSize)
    return { batch: await this.page(page), index: index - page * pageSize }
  }

  private page(page: number): Promise<PixelBatch> {
    const known = this.pages.get(page)
    if (known) return known
    const first = page * pageSize
    const length = Math.max(0, Math.min(pageSize, this.count - first))
    const request = this.fetch(Array.from({ length }, (_, i) => first + i))
    this.pages.set(page, request)
    request.catch(() => this.pages.delete(page))
    return request
  }
}
