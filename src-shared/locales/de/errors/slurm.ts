import type { ErrorEntries } from '../../en/errors/entries.ts'

export const slurmErrors = {
  'slurm.missing': {
    message: 'Der Befehl {command} von Slurm wurde auf {host} nicht gefunden.',
    hint: 'Einen Login-Knoten des Clusters angeben, auf dem `sbatch --version` ohne eigene Shell-Einrichtung antwortet.',
  },
  'slurm.noAnswer': {
    message: 'Der Controller von Slurm antwortet nicht.',
    hint: 'Später erneut versuchen; `scontrol ping` auf {host} zeigt, ob er antwortet.',
  },
  'slurm.partition': {
    message: 'Dieser Cluster hat keine Partition „{partition}“.',
    hint: 'Er hat: {choices}.',
  },
  'slurm.noDefaultPartition': {
    message: 'Dieser Cluster hat keine Standardpartition.',
    hint: 'Eine davon angeben: {choices}.',
  },
  'slurm.account': {
    message: 'Slurm akzeptiert das Konto „{account}“ mit dieser Partition nicht.',
    hint: '`sacctmgr show associations user=$USER` auf {host} listet die eigenen auf.',
  },
  'slurm.noAccount': {
    message: 'Slurm verlangt für diese Partition ein Konto oder ein anderes als das voreingestellte.',
    hint: 'Eines angeben; `sacctmgr show associations user=$USER` auf {host} listet die eigenen auf.',
  },
  'slurm.time': {
    message: 'Die Partition erlaubt keine Laufzeit von {minutes} Minuten.',
    hint: 'Sie erlaubt {limit}. Weniger angeben: Ein Lauf, der dann nicht fertig ist, geht in einem anderen Job weiter.',
  },
  'slurm.noTime': {
    message: 'Die Partition verlangt ein Zeitlimit oder ein kürzeres.',
    hint: 'Eines in Minuten angeben: Ein Lauf, der dann nicht fertig ist, geht in einem anderen Job weiter.',
  },
  'slurm.gpus': {
    message: 'Kein Knoten hat {count} GPUs, die Slurm einem Job geben kann.',
    hint: '`sinfo -o "%P %G"` auf {host} listet die GPUs jeder Partition auf.',
  },
  'slurm.memory': {
    message: 'Kein Knoten hat {mebibytes} MiB Arbeitsspeicher für einen Job.',
    hint: '`sinfo -o "%P %m"` auf {host} listet den Arbeitsspeicher der Knoten in MiB auf.',
  },
  'slurm.resources': {
    message: 'Kein Knoten der Partition hat, was der Job anfordert: {reason}.',
    hint: 'Weniger anfordern; `sinfo -o "%P %c %m %G %l"` auf {host} listet Prozessoren, Arbeitsspeicher, GPUs und Zeitlimits auf.',
  },
  'slurm.limits': {
    message: 'Die Grenzen des Clusters für dieses Benutzerkonto erlauben diesen Job nicht: {reason}.',
    hint: 'Weniger anfordern oder warten, bis eigene Jobs beendet sind.',
  },
  'slurm.option': { message: 'sbatch akzeptiert eine Option des Ziels nicht: {reason}.' },
  'slurm.refused': { message: 'Slurm hat den Job nicht angenommen: {reason}.' },
  'slurm.notCancelled': {
    message: 'Job {job} von Slurm endet nicht.',
    hint: '`scancel {job}` auf {host} beendet ihn; dann erneut versuchen.',
  },
} as const satisfies ErrorEntries
