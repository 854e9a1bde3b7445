/** The example page: the prompt and the signals alone, with canned replies. Nothing leaves the page. */
import "./safelight-prompt.js";
import { standIn } from "./example-api.js";
import { safelight } from "./safelight.js";
import { LOCALES, nearest } from "./words.js";

/** @type {Record<string, string>} */
const OWN_NAMES = { "zh-TW": "中文", en: "English", vi: "Tiếng Việt", id: "Indonesia", th: "ไทย" };

/** @type {Record<string, Record<string, string>>} */
const WORDS = {
  "zh-TW": {
    consent: "我同意這個頁面記錄操作的次數與時間（不記錄內容）",
    look: "查看保單價值",
    amount: "金額（新臺幣元）",
    account: "撥款帳號",
    listened: "App 看到：通話中，而且正在分享螢幕",
    cut: "切斷網路",
    ask: "送出申請",
    anew: "重新開始",
    sent: "送出去的內容",
    prompt: "提問",
  },
  en: {
    consent: "I agree that this page counts what I do and how long it takes (never what I write)",
    look: "Show the policy's value",
    amount: "Amount (NT dollars)",
    account: "Account to pay into",
    listened: "The app sees: on a call, and the screen is shared",
    cut: "Cut the network",
    ask: "Send request",
    anew: "Start again",
    sent: "What was sent",
    prompt: "Questions",
  },
  vi: {
    consent: "Tôi đồng ý để trang này đếm số lần và thời gian thao tác (không ghi nội dung)",
    look: "Xem giá trị hợp đồng",
    amount: "Số tiền (đô la Đài Loan mới)",
    account: "Tài khoản nhận tiền",
    listened: "Ứng dụng thấy: đang nghe điện thoại và chia sẻ màn hình",
    cut: "Ngắt mạng",
    ask: "Gửi yêu cầu",
    anew: "Làm lại từ đầu",
    sent: "Nội dung đã gửi",
    prompt: "Câu hỏi",
  },
  id: {
    consent: "Saya setuju halaman ini menghitung jumlah dan lama tindakan (bukan isinya)",
    look: "Lihat nilai polis",
    amount: "Jumlah (dolar Taiwan)",
    account: "Rekening tujuan",
    listened: "Aplikasi melihat: sedang menelepon dan layar dibagikan",
    cut: "Putuskan jaringan",
    ask: "Kirim permintaan",
    anew: "Mulai lagi",
    sent: "Yang dikirim",
    prompt: "Pertanyaan",
  },
  th: {
    consent: "ฉันยินยอมให้หน้านี้นับจำนวนครั้งและเวลาในการใช้งาน (ไม่บันทึกเนื้อหา)",
    look: "ดูมูลค่ากรมธรรม์",
    amount: "จำนวนเงิน (ดอลลาร์ไต้หวัน)",
    account: "บัญชีรับเงิน",
    listened: "แอปเห็นว่า: กำลังคุยโทรศัพท์และแชร์หน้าจอ",
    cut: "ตัดการเชื่อมต่อ",
    ask: "ส่งคำขอ",
    anew: "เริ่มใหม่",
    sent: "สิ่งที่ส่งออกไป",
    prompt: "คำถาม",
  },
};

/** @template {HTMLElement} T @param {string} id @returns {T} */
const part = (id) => /** @type {any} */ (document.getElementById(id));
/** @type {import("./safelight-prompt.js").SafelightPrompt} */
const prompt = part("prompt");
/** @param {string} id */
const ticked = (id) => /** @type {HTMLInputElement} */ (part(id)).checked;
const endpoint = new URL("canned", location.href).href;
const token = "example";

const api = standIn(endpoint, {
  cut: () => ticked("cut"),
  sent: (method, path, body) => {
    part("sent").prepend(`${method} ${path.slice(path.indexOf("/v1"))}\n${JSON.stringify(body)}\n\n`);
  },
});

/** @param {string} locale */
function speak(locale) {
  document.documentElement.lang = locale;
  const words = WORDS[locale];
  for (const node of document.querySelectorAll("[data-say]")) node.textContent = words[node.getAttribute("data-say") ?? ""];
  for (const node of document.querySelectorAll("[data-say-label]")) {
    node.setAttribute("aria-label", words[node.getAttribute("data-say-label") ?? ""]);
  }
  for (const button of part("languages").children) {
    button.setAttribute("aria-pressed", button.getAttribute("lang") === locale ? "true" : "false");
  }
  prompt.locale = locale;
  safelight.start({ endpoint, token, sessionId: "example", locale });
}

/** @param {string} locale */
function choose(locale) {
  history.replaceState(null, "", `?lang=${locale}`);
  speak(locale);
}

for (const locale of LOCALES) {
  const button = document.createElement("button");
  button.type = "button";
  button.lang = locale;
  button.textContent = OWN_NAMES[locale];
  button.onclick = () => choose(locale);
  part("languages").append(button);
}

part("consent").onchange = () => {
  safelight.consent = ticked("consent");
};

part("listened").onchange = () => {
  safelight.note({ on_call: ticked("listened"), screen_shared: ticked("listened") });
};

part("look").onclick = () => {
  const hidden = part("value").toggleAttribute("hidden");
  part("look").setAttribute("aria-expanded", hidden ? "false" : "true");
};

part("form").onsubmit = async (event) => {
  event.preventDefault();
  const locale = document.documentElement.lang;
  const body = { request_id: "example", locale, signals: safelight.signals };
  try {
    const response = await fetch(`${endpoint}/v1/requests`, { method: "POST", body: JSON.stringify(body) });
    prompt.questionLocale = locale;
    prompt.reply = await response.json();
  } catch {
    // The network is cut: the request can be sent again as it is.
  }
};

part("anew").onclick = () => {
  api.forget();
  sessionStorage.clear();
  prompt.remove();
  location.reload();
};

safelight.addEventListener("prompt", (event) => {
  prompt.note = /** @type {CustomEvent} */ (event).detail;
});

speak(nearest(new URLSearchParams(location.search).get("lang")));
prompt.endpoint = endpoint;
prompt.token = token;
const before = api.locale();
if (before) {
  prompt.questionLocale = before;
  prompt.requestId = "example";
}
