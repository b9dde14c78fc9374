import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { pathsAmong, switchValue } from '../../../src-main/app/arguments.ts'
import { temporaryFolder } from '../../helpers/folder.ts'

test('a switch with a value, whatever stands around it', () => {
  expect(switchValue(['electron', '.', '--data-dir=/a b', '--x'], 'data-dir')).toBe('/a b')
  expect(switchValue(['electron', '.'], 'data-dir')).toBeUndefined()
})

test('files and folders that exist, without the program, switches and the app itself', () => {
  const { path: directory, remove } = temporaryFolder('arguments')
  mkdirSync(join(directory, 'app'))
  mkdirSync(join(directory, 'images'))
  writeFileSync(join(directory, 'a.png'), '')
  const argv = ['/usr/bin/electron', '--no-sandbox', 'app', 'images', 'a.png', 'gone.png']
  expect(pathsAmong(argv, { directory, app: [join(directory, 'app')] })).toEqual([
    join(directory, 'images'),
    join(directory, 'a.png'),
  ])
  // A module that Electron loads first, and an app that was packed and so is not among its arguments.
  const preloaded = ['/usr/bin/electron', '-r', join(directory, 'a.png'), 'app', 'images']
  expect(pathsAmong(preloaded, { directory, app: [join(directory, 'app')] })).toEqual([
    join(directory, 'images'),
  ])
  expect(pathsAmong(['/opt/Flowerbed', 'a.png'], { directory, app: [] })).toEqual([join(directory, 'a.png')])
  remove()
})
