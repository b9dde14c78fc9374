import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { showReload, watchFaults } from './faults.ts'
import { useNotices } from '../composables/notices.ts'
import '../styles/tokens.css'
import '../styles/base.css'

const app = createApp(App).use(createPinia())
watchFaults(app, (notice) => useNotices().add(notice))
try {
  app.mount('#app')
} catch (thrown) {
  reportError(thrown)
  showReload()
}
