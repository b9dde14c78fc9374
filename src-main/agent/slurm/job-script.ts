import type { SlurmOptions } from '#shared/remote/target.ts'

export interface JobScriptOptions {
  slurm: SlurmOptions
  /** Name and launch of the job, by which it is found again. */
  name: string
  launchId: string
  /** Where the job runs and what it prints is appended. */
  folder: string
  log: string
  /** The training, word by word. */
  command: string[]
  /** The training makes this file to be requeued, and the job's exit status is left in the other. */
  requeueFile: string
  exitFile: string
}

/** Longest time a checkpoint is given before the time limit, seconds. */
const longestNotice = 120

/**
 * Seconds before its time limit at which a job is told, a quarter of short limits. Slurm may tell it up to a minute
 * earlier (sbatch(1), --signal).
 */
export const noticeSeconds = (minutes: number | undefined): number =>
  minutes === undefined ? longestNotice : Math.min(longestNotice, Math.floor((minutes * 60) / 4))

/**
 * The script of a job. The shell stays beside the training: it passes signals on, and requeues the job once the training has
 * ended by itself, as a job that requeues itself is killed at once.
 */
export function jobScript(options: JobScriptOptions): string {
  const { command, requeueFile, exitFile } = options
  const [requeue, exit] = [quoted(requeueFile), quoted(exitFile)]
  return [
    '#!/bin/sh',
    ...directives(options).map((directive) => `#SBATCH ${directive}`),
    '',
    `trap 'told=yes; kill -USR1 "$training"' USR1`,
    '# Slurm sends it to the training as well.',
    'trap told=yes TERM',
    '',
    `rm -f ${requeue} ${exit}`,
    `${command.map(quoted).join(' ')} &`,
    'training=$!',
    '# A signal ends the wait, not the training; 127 is no status of it, but that the shell has given it before.',
    'status=127',
    'while :; do',
    '  told=',
    '  wait "$training"',
    '  ended=$?',
    '  [ "$ended" -eq 127 ] || status=$ended',
    '  [ -n "$told" ] && [ "$ended" -gt 128 ] || break',
    'done',
    `if [ -e ${requeue} ]; then`,
    `  rm -f ${requeue}`,
    '  # The controller may be restarting.',
    '  for seconds in 0 5 10 20 40; do',
    '    sleep "$seconds"',
    '    scontrol requeue "$SLURM_JOB_ID" && exit "$status"',
    '  done',
    'fi',
    `echo "$status" > ${exit}`,
    'exit "$status"',
    '',
  ].join('\n')
}

function directives({ slurm, name, launchId, folder, log }: JobScriptOptions): string[] {
  const { partition, account, minutes, gpus, cpus, memoryMiB, extra } = slurm
  const given = (option: string, value: string | number | undefined) =>
    value === undefined ? [] : [`--${option}=${escaped(String(value))}`]
  return [
    ...given('job-name', name),
    ...given('comment', launchId),
    ...given('chdir', folder),
    ...given('output', log.replaceAll('%', '%%')),
    '--open-mode=append',
    '--nodes=1',
    '--ntasks=1',
    '--requeue',
    `--signal=B:USR1@${noticeSeconds(minutes)}`,
    ...given('partition', partition),
    ...given('account', account),
    ...given('time', minutes),
    ...(gpus > 0 ? [`--gres=gpu:${gpus}`] : []),
    ...given('cpus-per-task', cpus),
    ...given('mem', memoryMiB === undefined ? undefined : `${memoryMiB}M`),
    // Last: of an option that is given twice, sbatch takes the second.
    ...extra,
  ]
}

/** A value of a directive, which sbatch splits at spaces and ends at `#`, as a shell does. */
const escaped = (value: string) => value.replaceAll(/[^\w@%+=:,./~-]/g, String.raw`\$&`)

/** Quotes a word for the POSIX shell. */
const quoted = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`
