// @vitest-environment node
import { readFileSync } from 'node:fs'
import { afterEach, expect, it, vi } from 'vitest'
import { ApiFault, api, collectionHref, newUploadPath, parcelGeoJsonHref, problemOf, queryText, uploadPartPath } from './client'
import type { Decision, Proposal } from './types'

interface Operation {
  parameters?: { name?: string; in?: string; $ref?: string }[]
}
interface OpenApi {
  paths: Record<string, Record<string, Operation>>
  components: { parameters: Record<string, { name: string; in: string }> }
}

// The server's own description of its interface: the client may ask nothing that is not in it.
const openApi = JSON.parse(readFileSync(new URL('../../../src/serve/openapi.json', import.meta.url), 'utf8')) as OpenApi

function operationOf(path: string, method: string): Operation | undefined {
  const wanted = path.split('/')
  const template = Object.keys(openApi.paths).find((candidate) => {
    const parts = candidate.split('/')
    return parts.length === wanted.length && parts.every((part, index) => part.startsWith('{') || part === wanted[index])
  })
  return template === undefined ? undefined : openApi.paths[template]?.[method]
}

function queryNamesOf(operation: Operation): string[] {
  return (operation.parameters ?? [])
    .map((parameter) => {
      const name = parameter.$ref?.split('/').at(-1)
      return name === undefined ? parameter : openApi.components.parameters[name]
    })
    .filter((parameter) => parameter?.in === 'query')
    .map((parameter) => parameter?.name ?? '')
}

function expectDescribed(address: string, method: string) {
  const url = new URL(address, 'http://server.test')
  const operation = operationOf(url.pathname, method)
  expect(operation, `${method} ${url.pathname}`).toBeDefined()
  for (const name of url.searchParams.keys()) expect(queryNamesOf(operation ?? {}), url.pathname).toContain(name)
}

const proposal = { name: '甲', land: { type: 'Polygon', coordinates: [] }, buildings: [], flags: {} } satisfies Proposal
const list = { kind: 'underused', county: '330481', outcome: 'undetermined', q: '硖石', sort: 'area', limit: 50, cursor: 'x' } as const
const page = { county: '330481', limit: 50, cursor: 'x' }

const finding = { division: '330481', kind: 'approval', code: '示例〔2021〕1 号/甲', rule: 'approved-not-supplied' }
const decision: Decision = {
  seen_sequence: 0,
  seen_finding_sha256: null,
  step: 'verified',
  decided_by: '某所',
  decided_on: '2024-03-01',
  reason: '现场查看',
  document_number: null,
  document_dated: null,
  disposal_kind: null,
  conclusion: null,
}

const upload = '0123456789abcdef0123456789abcdef'
const intake = { kind: 'parcels', mapping: { name: 'parcels-standard' } }
const issues = { severity: 'blocks_row', party: 'operator', code: 'ING-001', limit: 200, cursor: 'x' }

const asked: [string, () => Promise<unknown>][] = [
  ['scope', () => api.scope()],
  ['summary', () => api.summary('330481')],
  ['tileJson', () => api.tileJson(['parcels', 'buildings'])],
  ['shownRun', () => api.shownRun()],
  ['divisions', () => api.divisions()],
  ['parcels', () => api.parcels(list)],
  ['parcel', () => api.parcel('330481', '330481001002GB00017')],
  ['findings', () => api.findings({ ...page, kind: 'underused', state: 'determined' })],
  ['life', () => api.life(finding)],
  ['decide', () => api.decide(finding, decision)],
  ['approvals', () => api.approvals(page)],
  ['approval', () => api.approval('330481', '示例〔2021〕1 号')],
  ['projects', () => api.projects({ county: '330481', code: 'X-1' })],
  ['supplies', () => api.supplies({ ...page, without_geometry: true })],
  ['imports', () => api.imports()],
  ['importIssues', () => api.importIssues(2, issues)],
  ['uploads', () => api.uploads()],
  ['upload', () => api.upload(upload)],
  ['uploadJob', () => api.uploadJob(upload)],
  ['inspection', () => api.inspection(upload, { layer: '宗地', crs: 'EPSG:4528', fix: 'swap-axes' })],
  ['firstRows', () => api.firstRows(upload, intake)],
  ['previewUpload', () => api.previewUpload(upload, intake)],
  ['commitUpload', () => api.commitUpload(upload, 1)],
  ['discardUpload', () => api.discardUpload(upload)],
  ['uploadIssues', () => api.uploadIssues(upload, issues)],
  ['target', () => api.target('330481')],
  ['checkProposal', () => api.checkProposal(proposal)],
]

afterEach(() => vi.unstubAllGlobals())

function answerWith(answer: () => Response) {
  const fetched = vi.fn(async (_path: string, _init: RequestInit) => answer())
  vi.stubGlobal('fetch', fetched)
  return fetched
}

it.each(asked)('%s asks only what the interface describes', async (_name, ask) => {
  const fetched = answerWith(() => Response.json({}))
  await ask()
  const [path = '', init] = fetched.mock.calls[0] ?? []
  expect(path).toMatch(/^\/(api\/v1|tilejson|tiles)\//)
  expectDescribed(path, (init?.method ?? 'GET').toLowerCase())
})

it('every function of the client is held against the interface', () => {
  expect(asked.map(([name]) => name).sort()).toEqual(Object.keys(api).sort())
})

it.each([
  parcelGeoJsonHref('330481', 'A/1'),
  collectionHref('parcels', { kind: 'underused', county: '330481' }),
  collectionHref('findings'),
  collectionHref('projects'),
])('the download %s is described', (address) => expectDescribed(address, 'get'))

it('files are sent to addresses that are described', () => {
  expectDescribed(newUploadPath('宗地 1.zip'), 'post')
  expectDescribed(uploadPartPath(upload, '宗地.shp'), 'put')
})

it('a code with a slash stays one part of the path', () => {
  expect(parcelGeoJsonHref('330481', 'A/1 号')).toBe('/api/v1/parcels/330481/A%2F1%20%E5%8F%B7/geojson')
})

it('empty parameters are not sent', () => {
  expect(queryText({ kind: null, county: undefined, q: '', without_geometry: false })).toBe('')
  expect(queryText({ q: 'a&b', limit: 0 })).toBe('?q=a%26b&limit=0')
})

it('a problem of the server is passed on as it is', async () => {
  const problem = { type: '/problems/parcel-not-found', title: '没有这宗地', status: 404, detail: '请核对' }
  answerWith(() => new Response(JSON.stringify(problem), { status: 404, headers: { 'content-type': 'application/problem+json' } }))
  await expect(api.parcel('330481', 'x')).rejects.toMatchObject({ problem })
})

it('an answer that is no problem document is still said in Chinese', async () => {
  const problem = await problemOf(new Response('<html>', { status: 502, headers: { 'content-type': 'text/html' } }))
  expect(problem).toMatchObject({ status: 502, title: expect.stringContaining('服务器应答异常') })
})

it('a server that cannot be reached says what to do', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('failed')))
  const fault = await api.scope().catch((thrown: unknown) => thrown)
  expect(fault).toBeInstanceOf(ApiFault)
  expect((fault as ApiFault).problem.detail).toContain('请确认')
})

it('the seconds after which a server may have an answer go with the problem', async () => {
  const body = JSON.stringify({ type: '/problems/being-filled', title: '登记簿正在首次装入', status: 503 })
  const answer = (more: Record<string, string>) => new Response(body, { status: 503, headers: { 'content-type': 'application/problem+json', ...more } })
  expect(await problemOf(answer({ 'retry-after': '10' }))).toMatchObject({ status: 503, retry_after: 10 })
  expect(await problemOf(answer({}))).not.toHaveProperty('retry_after')
  expect(await problemOf(answer({ 'retry-after': 'Sat, 28 Nov 2026 08:00:00 GMT' }))).not.toHaveProperty('retry_after')
})
