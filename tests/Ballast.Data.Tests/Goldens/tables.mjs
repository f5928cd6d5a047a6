// Writes Parquet files by polars, in every compression, and the CSV file of the same rows, which TableParquetTests read.
// npm i -E nodejs-polars@0.25.2 nodejs-polars-linux-x64-gnu@0.25.2 hyparquet-writer@0.17.0, then: node tables.mjs
import pl from 'nodejs-polars';
import fs from 'fs';
import { parquetWriteBuffer } from 'hyparquet-writer';

const to = new URL('tables/', import.meta.url).pathname, count = 300;
const pick = (i, k) => (i * 7919 + k * 104729) % 1009;
const rows = Array.from({ length: count }, (_, i) => i);
const missing = (i, k) => pick(i, k) % 11 === 0;
const town = ['Ulm', 'Bonn, West', 'a "quoted" name', 'Köln', 'two\nlines'];
const frame = pl.DataFrame({
    area: pl.Series('area', rows.map(i => missing(i, 1) ? null : 40 + pick(i, 1) / 8), pl.Float64),
    small: pl.Series('small', rows.map(i => pick(i, 2) / 16), pl.Float32),
    rooms: pl.Series('rooms', rows.map(i => missing(i, 3) ? null : pick(i, 3) % 9), pl.Int64),
    floor: pl.Series('floor', rows.map(i => pick(i, 4) % 5 - 1), pl.Int8),
    units: pl.Series('units', rows.map(i => pick(i, 5)), pl.UInt32),
    town: pl.Series('town', rows.map(i => missing(i, 6) ? null : town[pick(i, 6) % 5]), pl.Utf8),
    garden: pl.Series('garden', rows.map(i => missing(i, 7) ? null : pick(i, 7) % 2 === 0), pl.Bool),
    sold: pl.Series('sold', rows.map(i => missing(i, 8) ? null : new Date(Date.UTC(2020, 0, 1 + pick(i, 8)))), pl.Datetime('ms')),
    price: pl.Series('price', rows.map(i => 100 + pick(i, 1) / 4 + pick(i, 3) % 9), pl.Float64),
}).withColumn(pl.col('sold').cast(pl.Date).alias('day'));
for (const compression of ['uncompressed', 'snappy', 'gzip', 'zstd', 'lz4', 'brotli'])
    frame.writeParquet(to + compression + '.parquet', { compression });
frame.writeCSV(to + 'houses.csv', { datetimeFormat: '%Y-%m-%d %H:%M' });
pl.DataFrame({ x: rows, tags: rows.map(i => [1, i]), price: rows }).writeParquet(to + 'list.parquet', { compression: 'snappy' });

// Groups of rows, a decimal, and bytes, which polars for Node.js does not write.
const schema = [
    { name: 'root', num_children: 4 },
    { name: 'cost', type: 'INT32', converted_type: 'DECIMAL', scale: 2, precision: 9, repetition_type: 'OPTIONAL' },
    { name: 'bytes', type: 'BYTE_ARRAY', repetition_type: 'REQUIRED' },
    { name: 'kind', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
    { name: 'price', type: 'INT32', repetition_type: 'REQUIRED' },
];
const columnData = [
    { name: 'cost', data: rows.map(i => missing(i, 9) ? null : pick(i, 9) / 4) },
    { name: 'bytes', data: rows.map(i => new Uint8Array([i & 255])) },
    { name: 'kind', data: rows.map(i => i < 100 ? `k${i % 3}` : `k${i % 4}`) },
    { name: 'price', data: rows.map(i => pick(i, 1)) },
];
fs.writeFileSync(to + 'groups.parquet', Buffer.from(parquetWriteBuffer({ columnData, schema, rowGroupSize: 64 })));

// A structure and a time of day in each row.
const nested = pl.DataFrame({ x: rows, price: rows, at: pl.Series('at', rows.map(i => new Date(Date.UTC(2020, 0, 1, i % 24))), pl.Datetime('ms')) });
nested.withColumn(pl.col('at').cast(pl.Time).alias('at')).writeParquet(to + 'time.parquet', { compression: 'snappy' });
nested.toStruct('place').toFrame().hstack(nested.select('price')).writeParquet(to + 'struct.parquet', { compression: 'snappy' });
