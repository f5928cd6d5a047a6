namespace Ballast.Tests.Lab;

/// <summary>Healthy tables of <see cref="Patient.Features"/> columns and three classes that some columns tell of, none alone.</summary>
static class Tables
{
    public static ArrayDataset Make(string kind, int count, int seed)
    {
        var generator = new Generator(seed);
        int[] labels = [.. Enumerable.Range(0, count).Select(_ => (int)generator.RandomInteger(0, 3))];
        float[] values = new float[count * Patient.Features];
        for (int row = 0; row < count; row++)
            Row(kind, labels[row], generator, values.AsSpan(row * Patient.Features, Patient.Features));
        return new ArrayDataset(values, labels, [Patient.Features]);
    }

    static void Row(string kind, int label, Generator generator, Span<float> row)
    {
        generator.Normal(row);
        switch (kind)
        {
            case "numbers":
                row[label] += 1;
                return;
            case "rounded": // to tenths
                for (int i = 0; i < row.Length; i++)
                    row[i] = MathF.Round(row[i] + (i == label ? 1 : 0), 1);
                return;
            case "levels": // from 0 to 2 in three columns, and what follows from them in the others
                int a = (int)generator.RandomInteger(0, 3), b = (int)generator.RandomInteger(0, 3), c = (label + (int)generator.RandomInteger(0, 2)) % 3;
                for (int i = 0; i < row.Length; i++)
                    row[i] = (i % 4) switch { 0 => a, 1 => b, 2 => c, _ => a == b ? 1 : 0 };
                return;
            default: // one-hot: eight kinds, the last of which are rare, and four, of one column each; mixed has two columns of numbers
                int first = Math.Min((int)generator.RandomInteger(0, 8), (int)generator.RandomInteger(0, 8));
                int second = (label + (int)generator.RandomInteger(0, 3)) % 4;
                for (int i = kind == "mixed" ? 2 : 0; i < row.Length; i++)
                    row[i] = i < 8 ? i == first ? 1 : 0 : i - 8 == second ? 1 : 0;
                return;
        }
    }
}
