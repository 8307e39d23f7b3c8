import { render } from 'solid-js/web';
import { Console } from './console.tsx';
import { browserLocale, loadDictionary } from './i18n/i18n-context.tsx';
import './styles/console.css';

const locale = browserLocale();
const dictionary = await loadDictionary(locale);
const root = document.getElementById('console');
if (root) render(() => <Console locale={locale} dictionary={dictionary} />, root);
