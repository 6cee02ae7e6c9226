// The packaged library (report/assets) puts itself there. Types of the review page are checked by
//     npx --package typescript tsc --project tests/e2e/jsconfig.json
declare const uPlot: any;
