using Parquet;
using Parquet.Schema;

namespace Ballast.Bench;

/// <summary>A Parquet file with the kinds of columns of the CSV file that <see cref="TableTimer"/> writes: of ten one is whole numbers, every fiftieth is
/// texts or dates in turn, the others are of double precision; all may be missing, as pyarrow writes them, and of every tenth column one value
/// of a hundred is: a column with missing values becomes two.</summary>
static class ParquetWriting
{
    const int Group = 1 << 20;          // rows of a group, as pyarrow has them

    public static async Task Write(string path, int rows, int columns)
    {
        DataField[] fields = [.. Enumerable.Range(0, columns - 1).Select(static c => (c % 50, c % 10) switch
        {
            (24, _) => new DataField<string>(Name(c), true),
            (49, _) => new DataField<DateTime>(Name(c), true),
            (_, 3) => new DataField<long>(Name(c), true),
            _ => (DataField)new DataField<double>(Name(c), true),
        }), new DataField<double>("y", true)];
        var draw = new Random(1);
        string[] words = ["red", "green", "blue", "yellow", "none of these"];
        await using var stream = File.Create(path);
        await using var writer = await ParquetWriter.CreateAsync(new ParquetSchema(fields), stream).ConfigureAwait(false);
        for (int from = 0; from < rows; from += Group)
        {
            int count = Math.Min(Group, rows - from);
            using var group = writer.CreateRowGroup();
            foreach (var field in fields)
            {
                if (field.ClrType == typeof(double))
                    await group.WriteAsync<double>(field, Draw(count, () => Math.Round((draw.NextDouble() - 0.5) * 1e4, 3), field.Name.EndsWith('5'))).ConfigureAwait(false);
                else if (field.ClrType == typeof(long))
                    await group.WriteAsync<long>(field, Draw(count, () => (long)draw.Next(100000))).ConfigureAwait(false);
                else if (field.ClrType == typeof(DateTime))
                    await group.WriteAsync<DateTime>(field, Draw(count, () => new DateTime(1990, 1, 1).AddDays(draw.Next(10000)))).ConfigureAwait(false);
                else
                    await group.WriteAsync(field, (string[])[.. Enumerable.Range(0, count).Select(_ => words[draw.Next(words.Length)])]).ConfigureAwait(false);
            }

            group.CompleteValidate();
        }

        ReadOnlyMemory<T?> Draw<T>(int count, Func<T> value, bool mayMiss = false) where T : struct
        {
            var values = new T?[count];
            for (int i = 0; i < count; i++)
                values[i] = mayMiss && draw.Next(100) == 0 ? null : value();
            return values;
        }

        static string Name(int column) => $"column{column}";
    }
}
