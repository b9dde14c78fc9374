import { z } from 'zod'
import { errorText } from '#shared/error-text.ts'
import { deserializeError, FlowerbedError } from '#shared/errors.ts'
import { followLineSchema, runStatusThereSchema, targetReportSchema } from '#shared/remote/answers.ts'
import { errorLineSchema } from '#shared/remote/protocol.ts'
import type {
  ControlRequest,
  FollowLine,
  LaunchRequest,
  RunStatusThere,
  TargetReport,
} from '#shared/remote/protocol.ts'
import { quoted } from './remote-host.ts'
import type { RemoteHost } from './remote-host.ts'

/** An answer takes longer only where there is no connection. */
const answerMs = 120_000
/** The agent says every few seconds that it is there. */
const silenceMs = 45_000

/** The agent's commands on a target; its errors come as the FlowerbedErrors that they are. */
export class AgentClient {
  private readonly host: RemoteHost
  private readonly command: string

  /** @param command starts the agent in the shell there, its own arguments follow */
  constructor(host: RemoteHost, command: string) {
    this.host = host
    this.command = command
  }

  /** Starts or resumes training; a launch that is known there already is left as it is. */
  async launch(request: LaunchRequest, signal?: AbortSignal): Promise<void> {
    await this.ask('launch', { input: request, schema: z.unknown(), signal })
  }

  async status(runId: string, signal?: AbortSignal): Promise<RunStatusThere> {
    return await this.ask(`status ${quoted(runId)}`, { schema: runStatusThereSchema, signal })
  }

  /** What the machine is and has, and what is installed. */
  async doctor(signal?: AbortSignal): Promise<TargetReport> {
    return await this.ask('doctor', { schema: targetReportSchema, signal })
  }

  async control(runId: string, request: ControlRequest, signal?: AbortSignal): Promise<void> {
    await this.ask(`control ${quoted(runId)}`, { input: request, schema: z.unknown(), signal })
  }

  /** Deletes a run's folder there. @throws FlowerbedError `conflict` while it trains, or waits to */
  async remove(runId: string, signal?: AbortSignal): Promise<void> {
    await this.ask(`remove ${quoted(runId)}`, { schema: z.unknown(), signal })
  }

  /**
   * Follows a run's journal from an offset until the launch has ended and all of it was said.
   * @throws FlowerbedError `unavailable` when the connection is lost, `cancelled` by the signal
   */
  async follow(
    runId: string,
    { offset, onLine, signal }: { offset: number; onLine: (line: FollowLine) => void; signal: AbortSignal },
  ): Promise<void> {
    await this.host.lines(`${this.command} follow ${quoted(runId)} --offset ${offset}`, {
      timeoutMs: silenceMs,
      signal,
      onLine: (line) => onLine(this.read(line, followLineSchema)),
    })
  }

  private async ask<T>(
    words: string,
    options: { input?: unknown; schema: z.ZodType<T>; signal?: AbortSignal | undefined },
  ): Promise<T> {
    const { input, schema, signal } = options
    const said = await this.host.run(`${this.command} ${words}`, {
      timeoutMs: answerMs,
      ...(input === undefined ? {} : { input: JSON.stringify(input) }),
      ...(signal ? { signal } : {}),
    })
    return this.read(said.trimEnd().split('\n').at(-1) ?? '', schema)
  }

  /** @throws the error that the agent answered, or `corrupt` for what no agent of this version says */
  private read<T>(line: string, schema: z.ZodType<T>): T {
    let said: unknown
    try {
      said = JSON.parse(line)
    } catch (cause) {
      throw this.misunderstood(line, cause)
    }
    const refusal = errorLineSchema.safeParse(said)
    if (refusal.success) throw deserializeError(refusal.data.error)
    const answer = schema.safeParse(said)
    if (!answer.success) throw this.misunderstood(line, answer.error)
    return answer.data
  }

  private misunderstood(line: string, cause: unknown): FlowerbedError {
    return new FlowerbedError('corrupt', errorText('remote.misunderstood', { name: this.host.name }), {
      where: line.slice(0, 200),
      cause,
    })
  }
}
