// What plugins keep. None of the journey's plugins keeps anything: the page says what would come there.
export const documents = [
  ["documents have a page that says what comes there", empty],
  ["the search leads to it by another word for it", found],
];

async function empty(trip) {
  await trip.open("/");
  await trip.press('.nav-item[href="/documents"] >> nth=0', /^\/documents$/);
  await trip.reads("main h1", "nav-documents");
  await trip.reads("main .empty h2", "documents-empty");
  await trip.contains("main .empty", trip.word("documents-empty-text"));
  await trip.look("documents none");
}

async function found(trip) {
  await trip.open("/search?q=PDF");
  await trip.press('main .found a[href="/documents"]', /^\/documents$/);
}
