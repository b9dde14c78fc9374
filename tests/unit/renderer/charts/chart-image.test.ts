import { expect, test } from 'vitest'
import { chartImage } from '../../../../src-renderer/charts/chart-image.ts'
import { SeriesStore } from '../../../../src-renderer/charts/series-store.ts'
import { smooth } from '../../../../src-renderer/charts/smoothing.ts'
import type { View } from '#shared/plot/view.ts'

const values = { loss: Float64Array.of(4, 2, -9, 1) }
const store = SeriesStore.from({
  steps: Float64Array.of(1, 2, 3, 4),
  seconds: Float64Array.of(10, 20, 30, 40),
  values,
})
const style = { token: '--accent', dash: [2, 3], width: 2 }

function image(options: { log?: boolean; raw?: boolean; view?: View | null; titles?: string[] } = {}) {
  const { log = false, raw = false, view = null, titles = ['One'] } = options
  const found = chartImage({
    input: {
      series: titles.map((title) => ({ store, style, title })),
      ...{ metric: 'loss', axis: 'step', log, raw, smoothing: 0.5 },
    },
    series: titles.map(() => ({ store, smoothed: smooth(store.values('loss'), 0.5) })),
    ...{ view, marks: [{ x: 2, step: 2, text: 'Paused <now>', strong: true, kind: 'paused' }] },
    ...{ title: 'Loss', colour: (token: string) => `colour-of${token}` },
  })
  if (!found) throw new Error('There is no image.')
  return found
}
const paths = (svg: string) => svg.match(/<path d="M[^"]*" style="[^"]*stroke:colour-of--accent[^"]*"/g) ?? []

test('the file has the points that are shown, smoothed as they are shown', () => {
  const { csv } = image({ view: { min: 2, max: 3.5 } })
  expect(csv.split('\r\n')).toEqual([
    'series,step,seconds,Loss,"Loss, smoothed 0.5"',
    `One,2,20,2,${smooth(values.loss, 0.5)[1]}`,
    `One,3,30,-9,${smooth(values.loss, 0.5)[2]}`,
    '',
  ])
})

test('a log scale leaves out what it cannot show, in the image and in the table', () => {
  const { svg, csv } = image({ log: true })
  // The third value is below zero, and so is the mean from there on.
  const mean = smooth(values.loss, 0.5)
  expect(csv.split('\r\n').slice(1, -1)).toEqual([
    `One,1,10,4,${mean[0]}`,
    `One,2,20,2,${mean[1]}`,
    'One,4,40,1,',
  ])
  const [path = ''] = paths(svg)
  // Two points, joined by one line.
  expect(path.match(/L/g)).toHaveLength(1)
})

test('raw values, a legend of several runs and marks are in the image', () => {
  expect(paths(image().svg)).toHaveLength(1)
  expect(paths(image({ raw: true }).svg)).toHaveLength(2)
  expect(image().svg).not.toContain('>One</text>')
  const two = image({ titles: ['One', 'Two & three'] }).svg
  expect(two).toContain('>One</text>')
  expect(two).toContain('>Two &amp; three</text>')
  expect(two).toContain('<title>Paused &lt;now&gt;</title>')
  expect(two).toContain('stroke-dasharray:2 3')
})
