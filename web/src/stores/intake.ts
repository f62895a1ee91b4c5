// One upload on its way into the registers: sent, looked at, tried, then committed or thrown away. The server keeps the truth;
// here is what the page shows of it and what a person has chosen so far.
import { type Ref, computed, onScopeDispose, reactive, ref, shallowRef, watch } from 'vue'
import { api, newUploadPath, uploadPartPath } from '@/api/client'
import type { FieldProposal, IntakeDecision, Upload } from '@/api/intake'
import type { Problem } from '@/api/types'
import { type Sending, sendFile } from '@/api/upload'
import { dayOf, isNoDay } from '@/domain/day'
import {
  type Choices,
  DIVISION,
  divisionChoice,
  isCommitted,
  isWorking,
  latestJob,
  mainFirst,
  missingKeys,
  positionDoubt,
  unconfirmed,
} from '@/domain/intake'
import { withColumn, withDivision } from '@/domain/mapping-text'
import { renewCity } from './city'
import { problemFrom, useRemote } from './remote'

/** How often a running job is asked how far it is. */
const ASK_EVERY_MS = 500

/** Files on their way to the server. */
export function useSending() {
  const progress = reactive({ name: '', sent: 0, total: 0, isOnTheWay: false })
  const problem = shallowRef<Problem | null>(null)
  let current: Sending | null = null

  /** Sends the files as one upload, one after the other; answers its id, or null when it failed. */
  async function send(files: readonly File[]): Promise<string | null> {
    const ordered = mainFirst(files)
    problem.value = null
    Object.assign(progress, { sent: 0, total: ordered.reduce((sum, { size }) => sum + size, 0), isOnTheWay: true })
    let upload: Upload | null = null
    let before = 0
    try {
      for (const file of ordered) {
        progress.name = file.name
        const to = upload
          ? ({ method: 'PUT', path: uploadPartPath(upload.id, file.name) } as const)
          : ({ method: 'POST', path: newUploadPath(file.name) } as const)
        current = sendFile(file, to, (bytes) => (progress.sent = before + bytes))
        upload = await current.done
        before += file.size
        progress.sent = before
      }
      return upload?.id ?? null
    } catch (thrown) {
      problem.value = problemFrom(thrown)
      // Parts without the rest are of no use to anybody.
      if (upload) await api.discardUpload(upload.id).catch(() => null)
      return null
    } finally {
      progress.isOnTheWay = false
      current = null
    }
  }

  return { progress, problem, send, cancel: () => current?.abort() }
}

/** What the address says of the reading. */
export interface Reading {
  kind: string | null
  layer: string | null
  crs: string | null
  /** Remedies of the whole file, such as `swap-axes`. */
  fixes: readonly string[]
}

export function useIntake(id: Ref<string>, reading: Ref<Reading>) {
  const upload = shallowRef<Upload | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const acting = ref(false)
  const details = reactive({ provider: '', observedOn: '', receivedOn: '' })
  const choices = ref<Choices>({})
  const ticked = ref<ReadonlySet<string>>(new Set())
  const writtenText = ref<string | null>(null)
  let timer: ReturnType<typeof setTimeout> | null = null
  let isGone = false

  /** A register that a person chose though the file does not look like it: the server is asked what can be made of it. */
  const wanted = ref<string | null>(null)

  const inspection = useRemote(
    (signal) => {
      const { layer, crs, fixes } = reading.value
      return api.inspection(id.value, { layer, crs, fix: fixes.join(','), kind: wanted.value }, signal)
    },
    () => [id.value, reading.value.layer, reading.value.crs, reading.value.fixes.join(','), wanted.value],
  )
  const proposals = computed(() => inspection.data.value?.proposals ?? [])
  const kind = computed(() => reading.value.kind ?? proposals.value[0]?.kind ?? null)
  const proposal = computed(() => proposals.value.find((one) => one.kind === kind.value) ?? null)

  /** The mapping as it stands: the proposal with what was chosen in the table, or what was written by hand. */
  const mappingText = computed(() => {
    if (writtenText.value !== null) return writtenText.value
    return Object.entries(choices.value).reduce(
      (text, [field, choice]) =>
        field === DIVISION ? withDivision(text, divisionChoice(choice.column)) : withColumn(text, field, choice),
      proposal.value?.mapping_toml ?? '',
    )
  })
  const missing = computed(() => (proposal.value && writtenText.value === null ? missingKeys(proposal.value, choices.value) : []))
  const doubts = computed(() => (proposal.value && writtenText.value === null ? unconfirmed(proposal.value, ticked.value) : []))
  const position = computed(() =>
    inspection.data.value ? positionDoubt(inspection.data.value.crs, kind.value, reading.value.fixes) : null,
  )
  const faultyDays = computed(() => (['receivedOn', 'observedOn'] as const).filter((name) => isNoDay(details[name])))
  const decision = computed<IntakeDecision | null>(() => {
    if (kind.value === null || mappingText.value === '' || missing.value.length > 0) return null
    const builtIn = proposal.value?.built_in
    const isUntouched = writtenText.value === null && Object.keys(choices.value).length === 0
    return {
      kind: kind.value,
      mapping: builtIn && isUntouched ? { name: builtIn } : { toml: mappingText.value },
      crs: reading.value.crs,
      ...(reading.value.fixes.length > 0 ? { remedies: [...reading.value.fixes] } : {}),
      layer: reading.value.layer ?? (inspection.data.value?.layer_must_be_named ? inspection.data.value.layer : null),
      provider: details.provider.trim() || null,
      observed_on: dayOf(details.observedOn),
      received_on: dayOf(details.receivedOn),
    }
  })
  const canPreview = computed(
    () =>
      decision.value !== null &&
      doubts.value.length === 0 &&
      position.value === null &&
      faultyDays.value.length === 0 &&
      !isWorking(upload.value) &&
      !isCommitted(upload.value),
  )
  const firstRows = useRemote(
    (signal) =>
      decision.value === null || (position.value !== null && position.value !== 'shifted')
        ? null
        : api.firstRows(id.value, decision.value, signal),
    () => [id.value, kind.value, mappingText.value, reading.value.layer, reading.value.crs, reading.value.fixes.join(','), inspection.data.value !== null],
  )

  async function reload(): Promise<void> {
    if (timer !== null) clearTimeout(timer)
    try {
      const found = await api.upload(id.value)
      if (isGone) return
      upload.value = found
      if (isWorking(found)) timer = setTimeout(() => void reload(), ASK_EVERY_MS)
    } catch (thrown) {
      if (!isGone) problem.value = problemFrom(thrown)
    }
  }

  async function act(work: () => Promise<Upload>): Promise<void> {
    acting.value = true
    problem.value = null
    try {
      upload.value = await work()
    } catch (thrown) {
      problem.value = problemFrom(thrown)
    } finally {
      acting.value = false
    }
    await (problem.value === null ? reload() : Promise.resolve())
  }

  watch(
    id,
    () => {
      upload.value = null
      problem.value = null
      forgetMapping()
      void reload()
    },
    { immediate: true },
  )
  watch(
    () => isCommitted(upload.value),
    (now, before) => now && !before && upload.value?.id === id.value && renewCity(),
  )
  watch([kind, inspection.data], ([now, found]) => {
    if (found && now !== null && !found.proposals.some((one) => one.kind === now)) wanted.value = now
  })
  watch(kind, (now, before) => before !== null && now !== before && forgetMapping())
  onScopeDispose(() => {
    isGone = true
    if (timer !== null) clearTimeout(timer)
  })

  function forgetMapping(): void {
    choices.value = {}
    ticked.value = new Set()
    writtenText.value = null
  }

  return {
    upload,
    problem,
    acting,
    details,
    inspection,
    proposals,
    kind,
    proposal,
    choices,
    mappingText,
    isWritten: computed(() => writtenText.value !== null),
    missing,
    doubts,
    position,
    faultyDays,
    ticked,
    decision,
    canPreview,
    firstRows,
    job: computed(() => latestJob(upload.value)),
    isWorking: computed(() => isWorking(upload.value)),
    isCommitted: computed(() => isCommitted(upload.value)),
    reload,
    choose: (field: string, choice: { column: string | null; unit: string | null }) =>
      (choices.value = { ...choices.value, [field]: choice }),
    tick: (doubt: string, on: 'on' | 'off') => {
      const next = new Set(ticked.value)
      if (on === 'on') next.add(doubt)
      else next.delete(doubt)
      ticked.value = next
    },
    write: (text: string | null) => (writtenText.value = text),
    preview: () => act(() => api.previewUpload(id.value, decision.value as IntakeDecision)),
    commit: () => act(() => api.commitUpload(id.value, upload.value?.preview?.number ?? 0)),
    async discard(): Promise<boolean> {
      acting.value = true
      try {
        await api.discardUpload(id.value)
        return true
      } catch (thrown) {
        problem.value = problemFrom(thrown)
        return false
      } finally {
        acting.value = false
      }
    },
  }
}

export type IntakeEntry = ReturnType<typeof useIntake>
export type { FieldProposal }
