#!/usr/bin/env node
import { flowerbed } from './flowerbed.ts'
import { runProcess } from './support/program.ts'

await runProcess(() => flowerbed(process.argv.slice(2)))
