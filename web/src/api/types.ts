// What the server says, as it says it: one interface a JSON shape of /api/v1. Names are the column names of the registers.
// Areas are m² (`_m2`) or 亩 (`_mu`), ratios have no unit, money is 万元, dates are ISO days; nothing is converted here.
import type { FeatureCollection, Geometry, MultiPolygon, Point, Polygon } from 'geojson'

/** The three kinds of inefficient land, in the order in which a square metre is counted. */
export type Kind = 'approved_not_supplied' | 'supplied_not_used' | 'underused'

/** What a rule said of a subject. */
export type OutcomeCode = 'met' | 'unmet' | 'discretion' | 'not_applicable' | 'undetermined'

/** The voice in which the text speaks: an order, advice, or a goal of the city as a whole. */
export type Force = 'binding' | 'guidance' | 'benchmark'

/** The two clocks and the law that every figure was reached under. */
export interface Scope {
  as_of: string
  known_at: string
  run_id: number | null
  rulebook: { edition: string; digest: string }
  facts_revision: number | null
  /** Greater than `facts_revision` when data came in after the run. */
  registers_revision?: number | null
  is_synthetic: boolean
  data_label: string | null
  observed_on: string | null
  library_versions?: Record<string, string>
}

/** Where a flag stands. Computed flags are suspected; only people move them. */
export type LifeState = 'suspected' | 'verified' | 'refuted' | 'determined' | 'disposed' | 'closed' | 'under_appeal'

export interface StateTotal {
  state: LifeState
  label: string
  count: number
  area_m2: number
  /** Of these, flags that the current run does not make any more. */
  no_longer_flagged: number
}

export interface KindTotal {
  kind: Kind
  label: string
  count: number
  area_m2: number
  area_mu?: number
}

export interface CountySummary {
  division_code: string
  name: string
  parcels: number
  area_m2: number
  kinds: KindTotal[]
}

export interface LayerSummary {
  id: string
  label: string
  count: number
  area_m2?: number | null
  observed_on?: string | null
  without_geometry?: number
}

/** TileJSON 3.0, as far as the legend asks: which layers tiles hold, from which zoom to which. */
export interface TileJson {
  vector_layers: { id: string; minzoom: number; maxzoom: number }[]
}

export interface Summary {
  scope: Scope
  totals: { parcels: number; area_m2: number }
  kinds: KindTotal[]
  undetermined: { parcels: number }
  states: StateTotal[]
  counties: CountySummary[]
  layers: LayerSummary[]
}

export interface Total {
  count: number
  area_m2: number
  area_mu?: number
}

export interface Page<T> {
  items: T[]
  total: Total
  next: string | null
  scope?: Scope
}

export interface ParcelItem {
  division_code: string
  parcel_code: string
  division_name: string | null
  location: string | null
  right_holder: string | null
  kinds: Kind[]
  counted_kind: Kind | null
  state: string | null
  state_label: string | null
  /** Where the flag of each kind stands. */
  kind_states: Partial<Record<Kind, LifeState>> | null
  site_area_m2: number
  site_area_mu?: number
  site_area_basis: string
  plot_ratio: number | null
  building_density: number | null
  building_count: number
  industry_code: string | null
  industry_name: string | null
  undetermined_count: number
  observed_on: string | null
  label_lon: number
  label_lat: number
  basis: string | null
  basis_title: string | null
}

export interface Source {
  register: string
  key: string
  import_id?: number | null
  file?: string | null
  row?: number | null
  note?: string | null
}

export interface InputUsed {
  name: string
  label: string
  value: unknown
  unit?: string | null
  text: string
  source: Source | null
  observed_on?: string | null
}

export interface Citation {
  document_id: string
  document_title: string
  document_number: string | null
  clause: string | null
  /** The words of the document, verbatim. */
  quote: string | null
  /** What it says in other words, where the wording was not read. */
  paraphrase?: string | null
  certainty: Certainty | null
  /** Further texts that the rule rests on. */
  also?: Citation[] | null
}

/** How sure we are of a text: read, read second hand, worked out, remembered, our own proposal, not found. */
export type Certainty = 'VERIFIED' | 'VERIFIED-SECONDARY' | 'INFERRED' | 'RECALLED' | 'PROPOSED' | 'UNKNOWN'

/** One rule's word on one subject, with everything needed to reach it again with a pocket calculator. */
export interface Finding {
  subject: { kind: string; code: string }
  division_code?: string | null
  parcel_code?: string | null
  rule_id: string
  title: string
  force: Force
  force_label: string
  outcome: OutcomeCode
  outcome_label: string
  flag: Kind | null
  flag_label: string | null
  flagged_area_m2: number | null
  citation: Citation | null
  measured: { name: string; label: string; value: number; unit: string; text: string } | null
  threshold: {
    value: number
    unit: string
    compare: string
    text: string
    derivation?: string | null
    effective_from?: string | null
  } | null
  arithmetic: string[]
  inputs: InputUsed[]
  missing: { name: string; label: string; how: string }[]
  condition: { label: string; fact: string; input?: InputUsed | null } | null
  margin: { value: number; text: string } | null
  clearance: string[]
  /** How far a supply has gone past its dates, where the rule tells stages apart. */
  stage?: { label: string; since?: string | null; parameters?: { citation?: Citation | null }[] | null } | null
  /** Remarks that change no verdict. */
  notes?: { text: string; citation?: Citation | null }[] | null
  /** Where the flag stands; null where nothing is flagged and nothing was decided. A proposal's findings have none. */
  life?: Standing | null
  label_lon?: number | null
  label_lat?: number | null
  detail?: unknown
}

/** Where a flag stands after what people decided. */
export interface Standing {
  state: LifeState
  state_label: string | null
  decisions: number
  decided_on: string | null
  /** Where the latest evaluation and the decisions do not say the same. */
  remark: string | null
}

/** A finding by its key in every run: a subject and a rule. */
export interface FindingKey {
  division: string
  kind: string
  code: string
  rule: string
}

/** What the computation said when somebody decided. */
export interface FrozenOriginal {
  run_id: number
  as_of: string | null
  outcome: OutcomeCode | null
  outcome_label: string | null
  flag: Kind | null
  flag_label: string | null
  flagged_area_m2: number | null
  finding_sha256: string | null
  is_intact: boolean
  arithmetic: string[]
}

/** One decision: who, when, why, by which document, and the computed original beside it. */
export interface Determination {
  sequence: number
  step: string
  step_label: string | null
  state: LifeState
  state_label: string | null
  decided_by: string
  decided_on: string
  reason: string
  document_number: string | null
  document_dated: string | null
  disposal_kind: string | null
  disposal_label: string | null
  conclusion: string | null
  conclusion_label: string | null
  recorded_at: string
  original: FrozenOriginal
}

export interface Choice {
  code: string
  label: string
}

/** A step that may be recorded now, and what it must say. */
export interface LifeStep {
  step: string
  label: string
  state: LifeState
  state_label: string
  needs_document: boolean
  conclusions: Choice[]
  disposal_kinds: Choice[]
}

/** A flag with everything that people decided about it. */
export interface Life {
  division_code: string
  subject_kind: string
  subject_code: string
  rule_id: string
  title: string | null
  state: LifeState | null
  state_label: string | null
  remark: string | null
  is_original_changed: boolean
  seen_sequence: number
  seen_finding_sha256: string | null
  possible_steps: LifeStep[]
  determinations: Determination[]
  finding: Finding | null
  scope: Scope
}

/** A decision as it is sent. */
export interface Decision {
  seen_sequence: number
  seen_finding_sha256: string | null
  step: string
  decided_by: string
  decided_on: string
  reason: string
  document_number: string | null
  document_dated: string | null
  disposal_kind: string | null
  conclusion: string | null
}

/** A flag that people decided about and of which the current run says nothing any more. */
export interface LapsedFlag {
  division_code: string
  subject_kind: string
  subject_code: string
  rule_id: string
  title: string | null
  life: Standing
}

export interface Building {
  building_code: string
  storeys_above: number | null
  storey_height_m: number | null
  footprint_m2: number
  counting_floor_area_m2: number | null
}

export interface Supply {
  division_code: string
  supply_code: string
  parcel_code: string | null
  project_name: string | null
  land_user: string | null
  location: string | null
  supply_mode: string | null
  land_use_name?: string | null
  contract_signed_on: string | null
  delivered_on?: string | null
  agreed_start_on: string | null
  agreed_finish_on: string | null
  construction_state: string | null
  actual_start_on: string | null
  actual_finish_on: string | null
  contract_far_min: number | null
  contract_far_max: number | null
  contract_density_max: number | null
  price_wan_yuan: number | null
  documentary_area_m2: number | null
  ellipsoidal_area_m2?: number | null
}

export interface Provenance {
  import_id: number
  file_name: string
  source_row: number
  observed_on: string | null
  recorded_at: string
  provider: string | null
}

/** Everything known of one parcel. */
export interface ParcelCard extends ParcelItem {
  areas: { documentary_m2: number | null; ellipsoidal_m2: number | null; planar_m2: number | null }
  measures: {
    footprint_m2: number | null
    counting_floor_area_m2: number | null
    floor_area_basis: string | null
    plot_ratio: number | null
    building_density: number | null
  }
  buildings: Building[]
  supplies: Supply[]
  zones: { zone_type_code: string; zone_type_name: string | null; share: number }[]
  findings: Finding[]
  lapsed: LapsedFlag[]
  provenance: Provenance
  geometry: Geometry
  bbox: [number, number, number, number]
  scope: Scope
}

export interface ApprovalItem {
  division_code: string
  division_name?: string | null
  approval_number: string
  batch_name: string | null
  approval_level: string | null
  approved_on: string | null
  withdrawn_on?: string | null
  documentary_area_m2: number | null
  ellipsoidal_area_m2: number | null
  planar_area_m2?: number | null
  observed_on: string | null
  outcome?: OutcomeCode | null
  life_state?: LifeState | null
  flagged_area_m2?: number | null
  leftover: Leftover | null
  import_id?: number
  file_name?: string
  source_row?: number
  label_lon?: number | null
  label_lat?: number | null
}

/** The balance of an approval: ground = covered + sliver + leftover (+ deducted), m². */
export interface Leftover {
  area_m2: number | null
  sliver_area_m2: number | null
  covered_area_m2: number | null
  approved_ground_m2?: number | null
}

/** An approval with the ground that was never supplied. */
export interface ApprovalCard extends ApprovalItem {
  findings: Finding[]
  geometry?: Geometry | null
  leftover_geometry?: Geometry | null
  scope?: Scope
}

/** A renovation project with its dated steps and what of its ground is credited. */
export interface ProjectItem {
  division_code: string
  division_name: string
  project_code: string
  name: string
  reporting_unit_code: string | null
  renewal_measure_label: string | null
  reported_area_m2: number | null
  ground_area_m2: number | null
  credited_m2: number
  counted_on: string | null
  events: { kind: string; label: string | null; happened_on: string; document: string | null }[]
  stage_label: string | null
  observed_on: string | null
  label_lon: number | null
  label_lat: number | null
}

export interface ImportRow {
  import_id: number
  kind: string
  file_name: string
  file_sha256: string
  mapping_name: string
  layer_name: string | null
  provider: string | null
  is_synthetic: boolean
  crs: string | null
  encoding: string | null
  observed_on: string | null
  received_on: string | null
  decisions: Record<string, unknown>
  received_at: string
  rows_read: number
  rows_new: number
  rows_changed: number
  rows_unchanged: number
  rows_quarantined: number
  issue_count: number
}

export interface ImportIssue {
  ordinal: number
  code: string
  severity: 'blocks_row' | 'degrades' | 'notice'
  party: 'data_supplier' | 'operator' | 'developer'
  row_number: number | null
  column_name: string | null
  value: string | null
  message: string
  remedy: string
  lon: number | null
  lat: number | null
}

export interface TargetProgress {
  target: {
    name: string
    target_area_m2: number
    target_mu?: number
    base_year: number
    end_year: number
    counted_event: string
    counted_event_label: string | null
    document: string
  } | null
  credited_m2: number
  reported_m2: number
  overlap_m2: number
  not_counted_stage_m2: number
  without_geometry_m2?: number | null
  share: number | null
  expected_share: number | null
  as_of: string
  counties: {
    division_code: string
    name: string | null
    reported_m2: number
    credited_m2: number
    overlap_m2: number
    projects: number
  }[]
  years: { year: number; credited_m2: number; reported_m2: number; projects: number }[]
  conflicts: {
    project_code: string
    division_code?: string
    other_project_code: string
    other_division_code?: string
    overlap_m2: number
  }[]
  bridge: { label: string; area_m2: number }[]
  scope: Scope
}

/** A renovation proposal as it is sent, and as `mujun check` reads it from a file. A missing flag is not known. */
export interface Proposal {
  name: string
  crs?: string
  land: Polygon | MultiPolygon
  buildings: ProposedBuilding[]
  industry?: { edition: string; code: string }
  flags: Partial<Record<ProposalFlag, boolean>>
  areas?: Partial<Record<ProposalArea, number>>
  exception?: { reason: string; document: string }
}

export interface ProposedBuilding {
  name: string
  footprint: Polygon | MultiPolygon
  storeys: number
  storey_height_m: number
}

export type ProposalFlag = 'upgrade_approved' | 'general_purpose_factory' | 'conforms_to_plan' | 'innovative_industrial'

/** Areas in m² that a proposal states besides its drawings. A missing one is not known, and is not zero. */
export type ProposalArea = 'structures_m2' | 'yard_m2' | 'office_land_m2' | 'office_floor_m2' | 'green_m2'

export interface ProposalResult {
  proposal: { name: string }
  measures: {
    site_area_m2: number | null
    footprint_m2: number | null
    counting_floor_area_m2: number | null
    plot_ratio: number | null
    building_density: number | null
  }
  verdict: OutcomeCode
  verdict_label: string
  findings: Finding[]
  faults: { code: string; message: string; remedy: string; place?: unknown }[]
  scope: Scope | null
}

export type Divisions = FeatureCollection<
  Polygon | MultiPolygon,
  { division_code: string; name: string; label_lon: number; label_lat: number }
>

export type LabelPoints = FeatureCollection<Point, { name: string }>

/** One of several faults in one request. */
export interface ProblemPart {
  code?: string
  /** The member of a decision that is to be mended. */
  field?: string
  message?: string
  remedy?: string
  parameter?: string
  found?: string
  expected?: string
}

/** RFC 9457, in Chinese, with a stable `type`. */
export interface Problem {
  type: string
  title: string
  status: number
  detail?: string
  errors?: ProblemPart[]
  /** What others decided after what the reader had seen. */
  meanwhile?: Determination[]
  /** Seconds after which the server may have an answer (its header Retry-After). */
  retry_after?: number
}
