// The language of the page follows the address: `?lang=en`, else Chinese. It is kept when the reader goes to another page.
import { type ComputedRef, computed, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { type Language, chooseLanguage } from '@/i18n/texts'
import { languageCodec } from '@/url/params'
import { readParam } from '@/url/state'

/** The language in the address; switches the texts whenever it changes. */
export function useLanguage(): ComputedRef<Language> {
  const route = useRoute()
  const language = computed(() => readParam(route.query, languageCodec))
  watch(language, (chosen) => void chooseLanguage(chosen), { immediate: true })
  return language
}

/** Writes the other language into the address. */
export function useLanguageSwitch(): () => void {
  const route = useRoute()
  const router = useRouter()
  return () => {
    const other: Language = readParam(route.query, languageCodec) === 'en' ? 'zh-CN' : 'en'
    const query = { ...route.query }
    const text = languageCodec.print(other)
    if (text === null) delete query[languageCodec.name]
    else query[languageCodec.name] = text
    void router.replace({ path: route.path, query })
  }
}

/** The query that keeps the language when going to another page. */
export function useKeptQuery() {
  const route = useRoute()
  return computed(() => {
    const text = languageCodec.print(readParam(route.query, languageCodec))
    return text === null ? {} : { [languageCodec.name]: text }
  })
}
