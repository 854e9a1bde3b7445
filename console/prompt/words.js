/**
 * The prompt's own words. Five languages in one small file, because a word that has to be fetched is missing exactly when
 * the network is lost. Questions, stories and messages come from the API in the language that was asked for.
 *
 * @typedef {"zh-TW" | "en" | "vi" | "id" | "th"} Locale
 * @typedef {{ [key in keyof typeof EN]: string }} Words
 */

const EN = {
  progress: "Question {number}",
  story: "A true-to-life story",
  amount: "Amount in New Taiwan dollars",
  amount_hint: "Digits only",
  pick: "Please choose the answer that comes closest.",
  fill: "Please fill in the amount.",
  back: "Back",
  next: "Next",
  send: "Send answer",
  sending: "Sending…",
  pause: "Take a moment to think: you can go on in {seconds} s",
  pause_said: "Take a moment to think. You can go on in {seconds} seconds.",
  pause_over: "You can go on now.",
  listen: "Read aloud",
  hush: "Stop reading",
  unsent: "The connection was lost. Your answer is kept: we will send it as soon as you are connected.",
  again: "Try again",
  loading: "One moment…",
  unheard: "The connection was lost. We will go on as soon as you are connected.",
  signin: "You have been signed out. Please sign in again: your answer is kept.",
  other: "That did not work. Please look at it again.",
  quiet: "We have your request. Checking takes a while; there is nothing that you need to do.",
  quiet_title: "Your request",
};

/** @type {Record<Locale, Words>} */
export const WORDS = {
  en: EN,
  "zh-TW": {
    progress: "第 {number} 題",
    story: "一個貼近真實的故事",
    amount: "金額（新臺幣元）",
    amount_hint: "只填數字",
    pick: "請選一個最接近的答案。",
    fill: "請填寫金額。",
    back: "上一題",
    next: "下一題",
    send: "送出回答",
    sending: "正在送出…",
    pause: "先想一想，{seconds} 秒後可以繼續",
    pause_said: "先想一想，{seconds} 秒後可以繼續。",
    pause_over: "現在可以繼續了。",
    listen: "念給我聽",
    hush: "停止朗讀",
    unsent: "目前沒有網路。您的回答已經保留，連上網路後會立刻送出。",
    again: "重試",
    loading: "請稍候…",
    unheard: "目前沒有網路，連上網路後會自動繼續。",
    signin: "您已登出，請重新登入。您的回答已經保留。",
    other: "沒有成功，請再看一下。",
    quiet: "我們收到您的申請了，處理需要一點時間，您不需要做任何事。",
    quiet_title: "您的申請",
  },
  vi: {
    progress: "Câu hỏi {number}",
    story: "Một câu chuyện gần với đời thật",
    amount: "Số tiền (đô la Đài Loan mới)",
    amount_hint: "Chỉ ghi chữ số",
    pick: "Xin chọn câu trả lời gần đúng nhất.",
    fill: "Xin ghi số tiền.",
    back: "Quay lại",
    next: "Tiếp theo",
    send: "Gửi câu trả lời",
    sending: "Đang gửi…",
    pause: "Xin suy nghĩ một chút: {seconds} giây nữa có thể tiếp tục",
    pause_said: "Xin suy nghĩ một chút. {seconds} giây nữa có thể tiếp tục.",
    pause_over: "Bây giờ anh/chị có thể tiếp tục.",
    listen: "Đọc cho tôi nghe",
    hush: "Dừng đọc",
    unsent: "Đang mất kết nối. Câu trả lời đã được giữ lại và sẽ được gửi ngay khi có mạng.",
    again: "Thử lại",
    loading: "Xin chờ một chút…",
    unheard: "Đang mất kết nối. Chúng tôi sẽ tiếp tục ngay khi có mạng.",
    signin: "Anh/chị đã đăng xuất. Xin đăng nhập lại, câu trả lời vẫn được giữ.",
    other: "Chưa thực hiện được. Xin xem lại.",
    quiet: "Chúng tôi đã nhận yêu cầu. Việc xử lý cần thêm thời gian, anh/chị không cần làm gì.",
    quiet_title: "Yêu cầu của anh/chị",
  },
  id: {
    progress: "Pertanyaan {number}",
    story: "Kisah yang dekat dengan kenyataan",
    amount: "Jumlah (dolar Taiwan)",
    amount_hint: "Isi dengan angka saja",
    pick: "Silakan pilih jawaban yang paling mendekati.",
    fill: "Silakan isi jumlahnya.",
    back: "Kembali",
    next: "Lanjut",
    send: "Kirim jawaban",
    sending: "Sedang mengirim…",
    pause: "Pikirkan dulu sejenak: {seconds} detik lagi Anda bisa melanjutkan",
    pause_said: "Pikirkan dulu sejenak. {seconds} detik lagi Anda bisa melanjutkan.",
    pause_over: "Sekarang Anda bisa melanjutkan.",
    listen: "Bacakan untuk saya",
    hush: "Berhenti membaca",
    unsent: "Koneksi terputus. Jawaban Anda tersimpan dan akan dikirim begitu tersambung lagi.",
    again: "Coba lagi",
    loading: "Mohon tunggu sebentar…",
    unheard: "Koneksi terputus. Kami lanjutkan begitu tersambung lagi.",
    signin: "Anda sudah keluar. Silakan masuk lagi, jawaban Anda tetap tersimpan.",
    other: "Belum berhasil. Silakan periksa lagi.",
    quiet: "Permintaan Anda sudah kami terima. Prosesnya perlu waktu, Anda tidak perlu melakukan apa pun.",
    quiet_title: "Permintaan Anda",
  },
  th: {
    progress: "คำถามที่ {number}",
    story: "เรื่องราวที่ใกล้เคียงชีวิตจริง",
    amount: "จำนวนเงิน (ดอลลาร์ไต้หวัน)",
    amount_hint: "กรอกเฉพาะตัวเลข",
    pick: "กรุณาเลือกคำตอบที่ใกล้เคียงที่สุด",
    fill: "กรุณากรอกจำนวนเงิน",
    back: "ย้อนกลับ",
    next: "ถัดไป",
    send: "ส่งคำตอบ",
    sending: "กำลังส่ง…",
    pause: "ลองคิดสักครู่ อีก {seconds} วินาทีจึงไปต่อได้",
    pause_said: "ลองคิดสักครู่ อีก {seconds} วินาทีจึงไปต่อได้",
    pause_over: "ไปต่อได้แล้ว",
    listen: "อ่านให้ฟัง",
    hush: "หยุดอ่าน",
    unsent: "ขาดการเชื่อมต่อ เราเก็บคำตอบของคุณไว้แล้ว และจะส่งทันทีที่เชื่อมต่อได้",
    again: "ลองอีกครั้ง",
    loading: "กรุณารอสักครู่…",
    unheard: "ขาดการเชื่อมต่อ เราจะดำเนินการต่อทันทีที่เชื่อมต่อได้",
    signin: "คุณออกจากระบบแล้ว กรุณาเข้าสู่ระบบอีกครั้ง คำตอบของคุณยังอยู่",
    other: "ยังไม่สำเร็จ กรุณาตรวจดูอีกครั้ง",
    quiet: "เราได้รับคำขอของคุณแล้ว การดำเนินการใช้เวลาสักครู่ คุณไม่ต้องทำอะไรเพิ่ม",
    quiet_title: "คำขอของคุณ",
  },
};

export const LOCALES = /** @type {Locale[]} */ (["zh-TW", "en", "vi", "id", "th"]);

/**
 * The language that is spoken for any tag, as the API reads it: `vi-VN` is vi, an unknown one zh-TW.
 * @param {string | null | undefined} tag
 * @returns {Locale}
 */
export function nearest(tag) {
  const first = (tag ?? "").trim().toLowerCase().split(/[^a-z]/)[0];
  // `in` is what old Android calls Indonesian.
  return LOCALES.find((locale) => locale === (first === "in" ? "id" : first)) ?? "zh-TW";
}

/**
 * @param {string} text
 * @param {Record<string, string | number>} values
 */
export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (place, name) => String(values[name] ?? place));
