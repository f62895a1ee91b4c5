// The shapes of /api/v1/uploads as the server sends them.
import type { ImportIssue } from './types'

export type UploadState = 'received' | 'previewing' | 'previewed' | 'committing' | 'committed' | 'failed' | 'interrupted'

export interface Upload {
  id: string
  received_at: string
  state: UploadState
  state_label: string
  file_name: string | null
  bytes: number
  parts: { name: string; bytes: number; sha256: string }[]
  preview: IntakeJob | null
  commit: IntakeJob | null
}

export interface IntakeJob {
  number: number
  task: 'preview' | 'commit'
  standing: 'running' | 'done' | 'failed' | 'interrupted'
  step: string | null
  step_label: string | null
  rows: number | null
  of: number | null
  decision: Decided
  asked_at: string
  ended_at: string | null
  registers_revision: number | null
  report: IntakeReport | null
  evaluation: { run_id: number; subjects: number; findings: number } | null
  fault: { message: string; causes: string[] } | null
}

/** What is sent to try an import. */
export interface IntakeDecision {
  kind: string
  mapping: { name: string } | { toml: string }
  crs?: string | null
  layer?: string | null
  provider?: string | null
  observed_on?: string | null
  received_on?: string | null
  remedies?: string[]
}

export type Decided = IntakeDecision & { kind_label: string }

export interface IntakeReport {
  kind: string
  kind_label: string
  source: {
    file_name: string
    sha256: string
    layer_name: string | null
    crs: string | null
    encoding: string | null
    provider: string | null
    observed_on: string | null
    received_on: string | null
  }
  rows: { read: number; new: number; changed: number; unchanged: number; quarantined: number }
  issue_count: number
  issues: IssueCount[]
  consequence?: Consequence | null
  ending:
    | { outcome: 'committed'; import_id: number; revision: number }
    | { outcome: 'discarded' }
    | { outcome: 'already_recorded'; import_id: number }
}

export interface IssueCount {
  code: string
  severity: ImportIssue['severity']
  party: ImportIssue['party']
  count: number
}

export interface IssuesPage {
  items: ImportIssue[]
  total: { count: number }
  counts?: IssueCount[]
  next: string | null
}

export interface IssueQuery {
  severity?: string | null
  party?: string | null
  code?: string | null
  limit?: number
  cursor?: string | null
}

export interface Consequence {
  as_of: string
  rulebook_edition: string
  sums: FlagSum[]
  changes: FlagChange[]
  changes_total: number
  rows: { closed: number }
  target: { name: string; before_mu: number; after_mu: number; counties: { division_code: string }[] } | null
}

export interface FlagSum {
  division_code: string
  division_name: string | null
  kind: string
  kind_label: string
  appeared: number
  appeared_mu: number
  vanished: number
  vanished_mu: number
  resized: number
  resized_mu: number
  net_mu: number
}

export interface FlagChange {
  fate: 'appears' | 'vanishes' | 'resized'
  fate_label: string
  division_code: string
  subject_code: string
  parcel_code: string | null
  title: string
  kind_label: string
  net_mu: number
  reasons: string[]
}

export interface Inspection {
  file_name: string
  layers: { name: string; rows: number | null; geometry: { sort: string; other?: string[] } }[]
  layer: string | null
  layer_must_be_named: boolean
  encoding: { name: string; how: string } | null
  columns: { name: string; sort_label: string; share_filled: number; samples: string[]; meanings: string[] }[]
  crs: CrsDiagnosis
  proposals: MappingProposal[]
}

export interface CrsDiagnosis {
  declared: string | null
  read_as: number | null
  verdict: string
  explanation: string
  fixes: OfferedFix[]
}

export interface OfferedFix {
  label: string
  option: string
  crs: number | null
  remedies: string[]
  evidence: string
  confidence: 'weak' | 'strong'
}

export interface MappingProposal {
  kind: string
  label: string
  score: number
  built_in: string | null
  mapping_toml: string
  fields: FieldProposal[]
  missing_keys: { field: string; label: string; remedy: string }[]
  other_fields: OtherField[]
  unused_columns: { column: string; note: string }[]
  to_confirm: string[]
  division: string
}

/** A field that no column was found for. */
export interface OtherField {
  field: string
  label: string
  unit: string | null
}

export interface FieldProposal {
  field: string
  label: string
  is_key: boolean
  column: string | null
  constant: string | null
  why: string
  score: number
  unit: string | null
  unit_label: string | null
  unit_why: string | null
  needs_confirmation: boolean
  alternatives: string[]
}

/** The first rows as an import would take them. */
export interface FirstRows {
  fields: { field: string; label: string; column: string | null; kept_unit: string | null }[]
  rows: {
    number: number
    is_kept: boolean
    cells: { raw: string; read: string | null }[]
    division: string | null
    ellipsoidal_area_m2: number | null
    issues: { code: string; message: string }[]
  }[]
}
