// The only place that fetches (files go by api/upload.ts). One function a route; each answers the JSON of api/types.ts or throws an ApiFault.
// Addresses are relative to the page's own origin: nothing here can reach another host.
import type { FirstRows, Inspection, IntakeDecision, IntakeJob, IssueQuery, IssuesPage, Upload } from './intake'
import type {
  ApprovalCard,
  ApprovalItem,
  Decision,
  Divisions,
  Finding,
  FindingKey,
  ImportRow,
  Kind,
  Life,
  LifeState,
  Page,
  ParcelCard,
  ParcelItem,
  Problem,
  ProjectItem,
  Proposal,
  ProposalResult,
  Scope,
  Summary,
  Supply,
  TargetProgress,
  TileJson,
} from './types'

/** The server answered with a problem, or did not answer. */
export class ApiFault extends Error {
  constructor(readonly problem: Problem) {
    super(problem.title)
    this.name = 'ApiFault'
  }
}

/** What a list asks for. Empty fields are not sent. */
export interface ListQuery {
  kind?: Kind | null
  county?: string | null
  outcome?: 'undetermined' | null
  state?: LifeState | 'any' | null
  q?: string | null
  sort?: string | null
  limit?: number
  cursor?: string | null
  without_geometry?: boolean
  /** West, south, east, north in degrees, by comma. */
  bbox?: string
}

/** `?a=1&b=2` of the fields that have a value; the empty string when none has. */
export function queryText(query: object): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value === null || value === undefined || value === '' || value === false) continue
    params.set(name, String(value))
  }
  const text = params.toString()
  return text === '' ? '' : `?${text}`
}

/** The problem in an answer that is not 2xx; a plain one is made up when the body is not problem+json. */
export async function problemOf(answer: Response): Promise<Problem> {
  const type = answer.headers.get('content-type') ?? ''
  const text = type.includes('json') ? await answer.text().catch(() => '') : ''
  const { problem } = faultOf(answer.status, text)
  const seconds = Number(answer.headers.get('retry-after') ?? NaN)
  return Number.isInteger(seconds) && seconds > 0 ? { ...problem, retry_after: seconds } : problem
}

/** The fault in the status and the text of an answer. */
export function faultOf(status: number, text: string): ApiFault {
  const body = parsed(text)
  return new ApiFault(
    isProblem(body)
      ? body
      : {
          type: 'about:blank',
          title: `服务器应答异常（HTTP ${status}）`,
          status,
          detail: '应答内容不是本系统约定的格式。请稍后重试；反复出现请联系系统管理员。',
        },
  )
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && typeof (body as Problem).title === 'string'
}

async function ask<T>(path: string, init: RequestInit): Promise<T> {
  let answer: Response
  try {
    answer = await fetch(path, init)
  } catch (cause) {
    if (init.signal?.aborted) throw cause
    throw new ApiFault({
      type: '/problems/unreachable',
      title: '连不上服务器',
      status: 0,
      detail: '请确认 mujun 服务正在运行、网络可达，然后重试。',
    })
  }
  if (!answer.ok) throw new ApiFault(await problemOf(answer))
  return (answer.status === 204 ? null : await answer.json()) as T
}

function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return ask<T>(path, { headers: { accept: 'application/json' }, ...(signal ? { signal } : {}) })
}

const segment = encodeURIComponent

const lifePath = ({ division, kind, code, rule }: FindingKey) =>
  `/api/v1/findings/${segment(division)}/${segment(kind)}/${segment(code)}/${segment(rule)}/determinations`

const uploadPath = (id: string) => `/api/v1/uploads/${segment(id)}`

/** Where the first file of an upload is sent. */
export const newUploadPath = (name: string) => `/api/v1/uploads${queryText({ name })}`

/** Where a further part of a loose Shapefile is sent. */
export const uploadPartPath = (id: string, name: string) => `${uploadPath(id)}/parts/${segment(name)}`

/** The rows of an import that were set aside, as a file to mend and send again. */
export const quarantineHref = (importId: number, format: 'gpkg' | 'xlsx') =>
  `/api/v1/imports/${importId}/quarantine${queryText({ format })}`

function post<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
  return ask<T>(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(body),
    ...(signal ? { signal } : {}),
  })
}

export const api = {
  scope: (signal?: AbortSignal) => get<Scope>('/api/v1/scope', signal),
  summary: (county: string | null, signal?: AbortSignal) =>
    get<Summary>(`/api/v1/summary${queryText({ county })}`, signal),
  tileJson: (layers: readonly string[], signal?: AbortSignal) => get<TileJson>(`/tilejson/${layers.join(',')}`, signal),
  /** The evaluation that the tiles show now, whatever this one holds; null before the first. */
  shownRun: async (): Promise<number | null> => {
    const tile = await fetch('/tiles/divisions/0/0/0')
    const run = tile.headers.get('x-tile-run')
    return run === null ? null : Number(run)
  },
  divisions: (signal?: AbortSignal) => get<Divisions>('/api/v1/divisions', signal),
  parcels: (query: ListQuery, signal?: AbortSignal) =>
    get<Page<ParcelItem>>(`/api/v1/parcels${queryText(query)}`, signal),
  parcel: (division: string, code: string, signal?: AbortSignal) =>
    get<ParcelCard>(`/api/v1/parcels/${segment(division)}/${segment(code)}`, signal),
  findings: (query: ListQuery, signal?: AbortSignal) =>
    get<Page<Finding>>(`/api/v1/findings${queryText(query)}`, signal),
  life: (key: FindingKey, signal?: AbortSignal) => get<Life>(lifePath(key), signal),
  decide: (key: FindingKey, decision: Decision) => post<Life>(lifePath(key), decision),
  approvals: (query: ListQuery, signal?: AbortSignal) =>
    get<Page<ApprovalItem>>(`/api/v1/approvals${queryText(query)}`, signal),
  approval: (division: string, number: string, signal?: AbortSignal) =>
    get<ApprovalCard>(`/api/v1/approvals/${segment(division)}/${segment(number)}`, signal),
  projects: (query: { county?: string; code?: string }, signal?: AbortSignal) =>
    get<Page<ProjectItem>>(`/api/v1/projects${queryText(query)}`, signal),
  supplies: (query: ListQuery, signal?: AbortSignal) =>
    get<Page<Supply>>(`/api/v1/supplies${queryText(query)}`, signal),
  imports: (signal?: AbortSignal) => get<{ items: ImportRow[] }>('/api/v1/imports', signal),
  importIssues: (importId: number, query: IssueQuery, signal?: AbortSignal) =>
    get<IssuesPage>(`/api/v1/imports/${importId}/issues${queryText(query)}`, signal),
  uploads: (signal?: AbortSignal) => get<{ items: Upload[]; largest_file: number }>('/api/v1/uploads', signal),
  upload: (id: string, signal?: AbortSignal) => get<Upload>(uploadPath(id), signal),
  uploadJob: (id: string, signal?: AbortSignal) => get<{ job: IntakeJob | null }>(`${uploadPath(id)}/job`, signal),
  inspection: (id: string, query: { layer?: string | null; crs?: string | null; fix?: string; kind?: string | null }, signal?: AbortSignal) =>
    get<Inspection>(`${uploadPath(id)}/inspection${queryText(query)}`, signal),
  firstRows: (id: string, decision: IntakeDecision, signal?: AbortSignal) =>
    post<FirstRows>(`${uploadPath(id)}/first-rows`, decision, signal),
  previewUpload: (id: string, decision: IntakeDecision) => post<Upload>(`${uploadPath(id)}/preview`, decision),
  commitUpload: (id: string, preview: number) => post<Upload>(`${uploadPath(id)}/commit`, { preview }),
  discardUpload: (id: string) => ask<null>(uploadPath(id), { method: 'DELETE' }),
  uploadIssues: (id: string, query: IssueQuery, signal?: AbortSignal) =>
    get<IssuesPage>(`${uploadPath(id)}/issues${queryText(query)}`, signal),
  target: (county: string | null, signal?: AbortSignal) =>
    get<TargetProgress>(`/api/v1/target${queryText({ county })}`, signal),
  checkProposal: (proposal: Proposal, signal?: AbortSignal) =>
    post<ProposalResult>('/api/v1/proposals/check', proposal, signal),
}

/** The most features that one answer of the collections holds. */
const LARGEST_COLLECTION_PAGE = 10_000

/** The address of a collection as GeoJSON, for a download link, with the filters that collections know. */
export function collectionHref(
  collection: 'parcels' | 'findings' | 'projects',
  filter: { kind?: Kind | null; county?: string | null } = {},
): string {
  return `/collections/${collection}/items${queryText({ f: 'json', limit: LARGEST_COLLECTION_PAGE, ...filter })}`
}

/** The address of one parcel's GeoJSON, for a download link. */
export function parcelGeoJsonHref(division: string, code: string): string {
  return `/api/v1/parcels/${segment(division)}/${segment(code)}/geojson`
}
