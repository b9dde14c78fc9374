/**
 * Makes the stand-in Electron behave like Electron's own: runs the app named by the first argument that is no flag.
 * An ESM main with a top-level await, so that what the app does before `ready` happens before `ready`.
 */
import { app } from 'electron'
import { existsSync, readFileSync, statSync } from 'node:fs'
import Module, { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import asBetterSqlite3 from './better-sqlite3.cjs'

// Electron's own takes `-r module` as Node does; playwright starts its part that way.
const given = process.argv.slice(1)
const at = given.indexOf('-r')
const [, preload] = at < 0 ? [] : given.splice(at, 2)
if (preload !== undefined) {
  createRequire(import.meta.url)(preload)
  // A page of this old Chromium that is navigated while playwright attaches to it never answers: a blank one comes first.
  app.on('browser-window-created', (_, window) => {
    const load = window.loadURL.bind(window)
    window.loadURL = async (...page) => {
      await load('about:blank')
      window.loadURL = load
      await load(...page)
    }
  })
}

// better-sqlite3 is not built for this Electron's N-API: whoever requires it gets libsql, from the same node_modules.
const load = Module._load
Module._load = (request, parent, ...rest) => {
  if (request !== 'better-sqlite3') return load(request, parent, ...rest)
  return asBetterSqlite3(createRequire(parent.filename)('libsql'))
}

const target = given.find((argument) => !argument.startsWith('-'))
if (target === undefined || !existsSync(target)) {
  process.stderr.write(`There is no app to run at ${target ?? '(nothing given)'}\n`)
  process.exit(2)
}
const path = resolve(target)
if (statSync(path).isDirectory()) {
  const about = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'))
  app.setAppPath(path)
  app.setName(about.productName ?? about.name)
  app.setVersion(about.version)
  await import(pathToFileURL(join(path, about.main ?? 'index.js')).href)
} else {
  app.setAppPath(dirname(path))
  await import(pathToFileURL(path).href)
}
