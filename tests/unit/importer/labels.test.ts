import { expect, test } from 'vitest'
import { labelsOf } from '../../../src-main/importer/labels.ts'

const files = (root: string, ...paths: string[]) => paths.map((path) => ({ root, path: `${root}/${path}` }))

test('labels are the folders in which one dropped folder first branches', () => {
  const found = labelsOf(files('/drop', 'all/dog/a.png', 'all/cat/old/b.png', 'all/c.png'))
  expect(found).toEqual({ labels: ['cat', 'dog'], labelOf: [1, 0, -1] })
})

test('several dropped folders label by their own names', () => {
  const found = labelsOf([...files('/a/roses', 'x/1.png'), ...files('/b/daisies', '2.png')])
  expect(found).toEqual({ labels: ['daisies', 'roses'], labelOf: [1, 0] })
})

test('a flat folder has no labels', () => {
  expect(labelsOf(files('/drop', 'a.png', 'b.png'))).toEqual({ labels: [], labelOf: [-1, -1] })
})
