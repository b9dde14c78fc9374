import { desktopText } from '#shared/desktop-text.ts'
import type { DesktopTextId } from '#shared/desktop-text.ts'

type ReasonId = Extract<DesktopTextId, `slurm.reason.${string}`>

/** Slurm's words (`squeue --format=%r`) that stand for one thing. */
const reasons = new Map<string, ReasonId>(
  Object.entries({
    None: 'slurm.reason.notConsidered',
    Resources: 'slurm.reason.resources',
    Priority: 'slurm.reason.priority',
    Dependency: 'slurm.reason.dependency',
    DependencyNeverSatisfied: 'slurm.reason.dependencyNever',
    BeginTime: 'slurm.reason.beginTime',
    JobHeldUser: 'slurm.reason.held',
    JobHeldAdmin: 'slurm.reason.heldByAdmin',
    JobHoldMaxRequeue: 'slurm.reason.heldAfterFailure',
    launch_failed_requeued_held: 'slurm.reason.heldAfterFailure',
    JobLaunchFailure: 'slurm.reason.heldAfterFailure',
    NodeDown: 'slurm.reason.nodes',
    PartitionDown: 'slurm.reason.partitionDown',
    PartitionInactive: 'slurm.reason.partitionInactive',
    PartitionTimeLimit: 'slurm.reason.partitionTime',
    PartitionNodeLimit: 'slurm.reason.partitionLimit',
    PartitionConfig: 'slurm.reason.partitionLimit',
    AccountNotAllowed: 'slurm.reason.account',
    InvalidAccount: 'slurm.reason.noAccount',
    InvalidQOS: 'slurm.reason.qos',
    QOSNotAllowed: 'slurm.reason.qos',
    QOSTimeLimit: 'slurm.reason.qosJob',
    Licenses: 'slurm.reason.licences',
    BadConstraints: 'slurm.reason.constraints',
    Reservation: 'slurm.reason.reservation',
    ReservationDeleted: 'slurm.reason.reservation',
    Prolog: 'slurm.reason.starting',
    Cleaning: 'slurm.reason.cleaning',
  } as const),
)

/** Families of words, whose middle names the resource: `QOSMaxGRESPerUser`, `AssocGrpCPUMinutesLimit`. */
const families: [pattern: RegExp, id: ReasonId][] = [
  [/^ReqNodeNotAvail/, 'slurm.reason.nodes'],
  [/^Nodes_required_for_job_are_/, 'slurm.reason.nodes'],
  [/^QOSGrp|^QOSMax.*Per(Account|Acct)/, 'slurm.reason.qosGroup'],
  [/^QOS(Max|Min).*Per(Job|Node)|^QOSMin|^QOSMaxWall/, 'slurm.reason.qosJob'],
  [/^QOS(Max|UsageThreshold)|^QOSResourceLimit|^QOSJobLimit/, 'slurm.reason.qosUser'],
  [/^AssocGrp/, 'slurm.reason.accountGroup'],
  [/^AssocMax.*Per(Job|Node)|^AssocMaxWall/, 'slurm.reason.accountJob'],
  [/^AssocMax|^Association(Job|Resource|Time)Limit/, 'slurm.reason.accountUser'],
]

/** Slurm's reason for a job to wait, as a clause; one that is not known here as Slurm says it. */
export function reasonInWords(code: string, job: string): string {
  const id =
    reasons.get(code) ?? families.find(([pattern]) => pattern.test(code))?.[1] ?? 'slurm.reason.unknown'
  return desktopText(id, { code, job })
}

/** Reasons that time does not change: what the job asks for is never given. */
export const isForever = (code: string): boolean =>
  [
    'PartitionTimeLimit',
    'PartitionNodeLimit',
    'PartitionConfig',
    'BadConstraints',
    'InvalidAccount',
  ].includes(code) ||
  ['InvalidQOS', 'AccountNotAllowed', 'QOSNotAllowed'].includes(code) ||
  /^(QOS|Assoc)Max.*PerJob|^(QOS|Assoc)MaxWall|^QOSMin/.test(code)
