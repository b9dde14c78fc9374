import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { showReload, watchFaults } from './faults.ts'
import { followLanguage, showChosenLanguage } from './language.ts'
import { i18n } from '../i18n.ts'
import { useNotices } from '../composables/notices.ts'
import '../styles/tokens.css'
import '../styles/base.css'

const app = createApp(App).use(createPinia()).use(i18n)
watchFaults(app, (notice) => useNotices().add(notice))
await showChosenLanguage()
try {
  app.mount('#app')
} catch (thrown) {
  reportError(thrown)
  showReload()
}
followLanguage()
