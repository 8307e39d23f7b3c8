// Who lives where: believable names and addresses in eight languages, three of them not written in Latin letters.
import type { SeededRandom } from './seeded-random.ts';

export interface City {
  readonly name: string;
  readonly postalCode: string;
  /** Longitude, latitude. */
  readonly at: readonly [number, number];
}

/** Names and places of one language and country. */
export interface Locale {
  readonly language: string;
  readonly country: string;
  readonly currency: string;
  readonly familyFirst?: true;
  readonly given: readonly string[];
  readonly family: readonly string[];
  readonly streets: readonly string[];
  /** `{n}` is the number of the house, `{street}` the street. */
  readonly address: string;
  readonly cities: readonly City[];
}

/** The full name as it is written in that language. */
export function fullName(locale: Locale, given: string, family: string): string {
  return locale.familyFirst ? `${family} ${given}` : `${given} ${family}`;
}

/** One line with street and number as it is written in that country. */
export function streetLine(locale: Locale, random: SeededRandom): string {
  const number = String(random.integer(1, 180));
  return locale.address.replace('{n}', number).replace('{street}', random.pick(locale.streets));
}

const words = (text: string) => text.split(' ');

const france: Locale = {
  language: 'fr',
  country: 'FR',
  currency: 'EUR',
  given: words('Amélie Zoé Chloé Léa Inès Noémie Maëlle Éloïse François Jérôme Rémi Benoît Théo Gaël Loïc Étienne'),
  family: words(
    'Lefèvre Martin Bérenger Faÿ Desprès Garçon Müller Nguyên Lemaître Guérin Dubois Pâris Hélias Roÿ Noël',
  ),
  streets: ['rue de la Paix', 'avenue Jean-Jaurès', 'place d’Armes', 'quai des Chartrons', 'allée des Érables'],
  address: '{n}, {street}',
  cities: [
    { name: 'Paris', postalCode: '75011', at: [2.3795, 48.8594] },
    { name: 'Saint-Étienne', postalCode: '42000', at: [4.3872, 45.4397] },
    { name: 'Besançon', postalCode: '25000', at: [6.0241, 47.2378] },
    { name: 'Nîmes', postalCode: '30900', at: [4.3601, 43.8367] },
  ],
};

const germany: Locale = {
  language: 'de',
  country: 'DE',
  currency: 'EUR',
  given: words(
    'Jürgen Björn Käthe Sören Günther Annegret Lörke Friederike Moritz Änne Jörg Ümit Heike Thomas Ute Malte',
  ),
  family: words('Müller Groß Weiß Schäfer Köhler Jäger Böttcher Fuß Schröder Bäcker Lüders Krüger Heß Strauß Öztürk'),
  streets: ['Königsallee', 'Am Rößlein', 'Straße des 17. Juni', 'Grüner Weg', 'Mühlgäßchen'],
  address: '{street} {n}',
  cities: [
    { name: 'München', postalCode: '80331', at: [11.5755, 48.1374] },
    { name: 'Köln', postalCode: '50667', at: [6.9603, 50.9375] },
    { name: 'Lübeck', postalCode: '23552', at: [10.6866, 53.8655] },
    { name: 'Gießen', postalCode: '35390', at: [8.6724, 50.5841] },
  ],
};

const japan: Locale = {
  language: 'ja',
  country: 'JP',
  currency: 'JPY',
  familyFirst: true,
  given: words('美咲 陽菜 さくら 葵 結衣 翔太 蓮 大翔 健太 直樹 彩花 ひなた 悠真 拓海 千尋 恵子'),
  family: words('佐藤 鈴木 髙橋 田中 渡邊 伊藤 山本 中村 小林 加藤 吉田 山﨑 斎藤 齋藤 長谷川'),
  streets: ['銀座', '北区梅田', '中区錦', '左京区岡崎', '青葉区一番町'],
  address: '{street}{n}番地',
  cities: [
    { name: '東京都', postalCode: '104-0061', at: [139.7649, 35.6712] },
    { name: '大阪市', postalCode: '530-0001', at: [135.4959, 34.7025] },
    { name: '名古屋市', postalCode: '460-0003', at: [136.9008, 35.1707] },
    { name: '札幌市', postalCode: '060-0001', at: [141.3469, 43.0621] },
  ],
};

const egypt: Locale = {
  language: 'ar',
  country: 'EG',
  currency: 'EGP',
  given: words('محمد أحمد فاطمة مريم يوسف عمر ليلى نور خالد سارة حسن هدى إبراهيم زينب طارق آمنة'),
  family: words('المصري عبدالله حسين الشريف منصور السيد فاروق النجار سليمان الحداد رمضان الأنصاري يونس خليل'),
  streets: ['شارع التحرير', 'شارع الهرم', 'طريق الكورنيش', 'شارع رمسيس', 'ميدان الأوبرا'],
  address: '{n} {street}',
  cities: [
    { name: 'القاهرة', postalCode: '11511', at: [31.2357, 30.0444] },
    { name: 'الإسكندرية', postalCode: '21500', at: [29.9187, 31.2001] },
    { name: 'أسوان', postalCode: '81511', at: [32.8998, 24.0889] },
  ],
};

const mexico: Locale = {
  language: 'es',
  country: 'MX',
  currency: 'MXN',
  given: words('José María Ángel Íñigo Sofía Lucía Ramón Begoña Héctor Belén Andrés Ximena Óscar Concepción Raúl Inés'),
  family: words('Núñez García Muñoz Peña Ibáñez Gutiérrez Ordóñez Zúñiga Álvarez Domínguez Yáñez Hernández Cárdenas'),
  streets: [
    'Calle Año Nuevo',
    'Avenida Benito Juárez',
    'Paseo de la Reforma',
    'Callejón del Niño',
    'Calle Dr. Río de la Loza',
  ],
  address: '{street} #{n}',
  cities: [
    { name: 'Ciudad de México', postalCode: '06000', at: [-99.1332, 19.4326] },
    { name: 'Mérida', postalCode: '97000', at: [-89.6237, 20.967] },
    { name: 'Querétaro', postalCode: '76000', at: [-100.3899, 20.5888] },
  ],
};

const poland: Locale = {
  language: 'pl',
  country: 'PL',
  currency: 'PLN',
  given: words(
    'Łukasz Małgorzata Żaneta Zbigniew Agnieszka Świętosława Paweł Bożena Michał Grażyna Stanisław Róża Ćezary Jadwiga',
  ),
  family: words(
    'Wójcik Kowalczyk Zieliński Dąbrowska Kozłowski Błażej Gałązka Śliwa Źdźbło Wróbel Pająk Cieślak Łęcki Żak',
  ),
  streets: ['ul. Świętej Gertrudy', 'ul. Długa', 'pl. Wolności', 'ul. Żółkiewskiego', 'al. Trzech Wieszczów'],
  address: '{street} {n}',
  cities: [
    { name: 'Kraków', postalCode: '31-046', at: [19.9449, 50.0647] },
    { name: 'Łódź', postalCode: '90-001', at: [19.456, 51.7592] },
    { name: 'Gdańsk', postalCode: '80-831', at: [18.6466, 54.352] },
  ],
};

const turkey: Locale = {
  language: 'tr',
  country: 'TR',
  currency: 'TRY',
  given: words('Işıl İbrahim Gülşah Çağla Oğuz Şule Ümran Ömer Yiğit Aslı Barış Ilgın İlknur Tuğçe'),
  family: words('Yılmaz Çelik Şahin Öztürk Aydın Kılıç Doğan Güneş Işık İnce Koçak Erdoğdu Tunç Ağaoğlu'),
  streets: ['İstiklâl Caddesi', 'Bağdat Caddesi', 'Çınar Sokak', 'Gül Sokağı', 'Atatürk Bulvarı'],
  address: '{street} No: {n}',
  cities: [
    { name: 'İstanbul', postalCode: '34433', at: [28.9784, 41.0082] },
    { name: 'Diyarbakır', postalCode: '21100', at: [40.2306, 37.9144] },
    { name: 'Muğla', postalCode: '48000', at: [28.3636, 37.2153] },
  ],
};

const ireland: Locale = {
  language: 'en',
  country: 'IE',
  currency: 'EUR',
  given: words('Siobhán Aoife Seán Niamh Róisín Oisín Grace Conor Patrick Maeve Brendan Orla Declan Sinéad'),
  family: words('O’Brien Murphy Ó\u00a0Súilleabháin Kelly Byrne O’Connor Doyle McCarthy Walsh Gallagher Nolan Quinn'),
  streets: ['Grafton Street', 'St Stephen’s Green', 'Shop Street', 'Oliver Plunkett Street', 'The Long Walk'],
  address: '{n} {street}',
  cities: [
    { name: 'Dublin', postalCode: 'D02 XE80', at: [-6.2603, 53.3498] },
    { name: 'Galway', postalCode: 'H91 E9F2', at: [-9.0568, 53.2707] },
    { name: 'Dún Laoghaire', postalCode: 'A96 K6P8', at: [-6.1357, 53.2941] },
  ],
};

export const locales: readonly Locale[] = [france, germany, japan, egypt, mexico, poland, turkey, ireland];
