using Ballast.Kernels;

namespace Ballast.Tests.Kernels;

/// <summary>Both products against their scalar references, to the last bit: the operands are whole numbers.</summary>
public sealed unsafe class ProductTests : IDisposable
{
    readonly int threads = Compute.Threads, cache = Caches.SecondLevel;

    public void Dispose() => (Compute.Threads, Caches.SecondLevel) = (threads, cache);

    static readonly int[] Every = [.. Enumerable.Range(0, 257)];

    [Fact]
    public void Rows_times_rows_meet_the_formula_for_every_length_of_a_row()
    {
        foreach (int k in Every.Concat([511, 512, 513, 1023, 1024, 1025, 1537, 3072]))
            RowsTimesRows(6, 5, k, bias: true);
    }

    [Fact]
    public void Rows_times_rows_meet_the_formula_for_every_number_of_rows()
    {
        foreach (int rows in Every)
        {
            RowsTimesRows(rows, 3, 33, bias: rows % 2 == 0);
            RowsTimesRows(3, rows, 33, bias: rows % 2 == 1);
        }
    }

    [Theory]
    [InlineData(10, 64, 3072)]
    [InlineData(11, 7, 3071)]
    [InlineData(9, 66, 1025)]
    [InlineData(128, 13, 517)]
    [InlineData(256, 9, 130)]
    [InlineData(271, 5, 1030)]
    [InlineData(20, 263, 1030)]
    public void Rows_times_rows_meet_the_formula_where_rows_are_cut(int rowsX, int rowsW, int k)
    {
        RowsTimesRows(rowsX, rowsW, k, bias: true);
        RowsTimesRows(rowsX, rowsW, k, bias: false);
    }

    [Fact]
    public void The_bits_do_not_depend_on_the_size_of_the_cache()
    {
        // Of each product the operands, forward and backward, fill a cache of 64 KB and not one of 4 MB.
        (int, int, int)[] shapes = [(20, 263, 1030), (300, 517, 70), (513, 300, 40)];
        foreach (var (rows, inputs, outputs) in shapes)
        {
            var large = LinearStep(1 << 22, rows, inputs, outputs);
            Assert.Equal(large, LinearStep(1 << 16, rows, inputs, outputs));
            Assert.Equal(large, LinearStep(1 << 18, rows, inputs, outputs));
        }
    }

    static float[] LinearStep(int cache, int rows, int inputs, int outputs)
    {
        Caches.SecondLevel = cache;
        Generator draw = new(1);
        Tensor x = Tensor.Randn([rows, inputs], draw), g = Tensor.Randn([rows, outputs], draw);
        Parameter w = new(Tensor.Randn([outputs, inputs], draw)), b = new(Tensor.Randn([outputs], draw));
        var y = Functional.Linear(x, w, b);
        y.Backward(g);
        return [.. y.ToArray(), .. w.Grad!.ToArray(), .. b.Grad!.ToArray(), .. x.MatMul(w.Transpose(0, 1)).ToArray()];
    }

    [Fact]
    public void The_size_of_the_cache_is_what_the_system_says()
    {
        const string file = "/sys/devices/system/cpu/cpu0/cache/index2/size";
        if (!File.Exists(file))
            return;
        int kilobytes = int.Parse(File.ReadAllText(file).TrimEnd('K', '\n'), System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(Math.Clamp(kilobytes << 10, 1 << 18, 1 << 22), cache);
    }

    static void RowsTimesRows(int rowsX, int rowsW, int k, bool bias)
    {
        float[] x = Draw.Whole(rowsX * k, 1), w = Draw.Whole(rowsW * k, 2), b = bias ? Draw.Whole(rowsW, 3) : [];
        float[] expected = new float[rowsX * rowsW], y = [.. Enumerable.Repeat(float.NaN, rowsX * rowsW)];
        RowProducts.Reference(x, w, b, expected, rowsX, rowsW, k);
        fixed (float* from = x, weights = w, shifts = b, to = y)
            RowProducts.Compute(new RowPrologue(from, k), weights, shifts, to, rowsX, rowsW, k);
        Assert.Equal(expected, y);
    }

    [Theory]
    [InlineData(9, 255, 33)]
    [InlineData(64, 256, 16)]
    [InlineData(67, 257, 45)]
    [InlineData(300, 517, 70)]
    [InlineData(3, 770, 1)]
    [InlineData(20, 1030, 37)]
    [InlineData(75, 1100, 45)]
    [InlineData(1, 300, 900)]
    [InlineData(9, 255, 333)]
    [InlineData(64, 1100, 200)]
    [InlineData(256, 300, 161)]
    [InlineData(200, 517, 600)]
    public void Packed_products_meet_the_formula_where_the_depth_is_cut(int rows, int depth, int columns)
    {
        float[] a = Draw.Whole(rows * depth, 8), b = Draw.Whole(columns * depth, 9), bias = Draw.Whole(columns, 10);
        float[] turned = new float[b.Length], expected = new float[rows * columns];
        for (int i = 0; i < b.Length; i++)
            turned[i % depth * columns + i / depth] = b[i];
        RowProducts.Reference(a, b, bias, expected, rows, columns, depth);
        foreach (int second in (ReadOnlySpan<int>)[1 << 16, 1 << 18, 1 << 22])
        {
            Caches.SecondLevel = second;
            float[] y = [.. Enumerable.Repeat(float.NaN, rows * columns)], z = [.. y];
            fixed (float* from = a, right = b, across = turned, shifts = bias, to = y, other = z)
            {
                MatrixProduct.Compute(from, depth, right, 1, depth, to, rows, depth, columns, shifts);
                MatrixProduct.Compute(from, depth, across, columns, 1, other, rows, depth, columns, shifts);
            }

            Assert.Equal(expected, y);
            Assert.Equal(expected, z);
        }
    }

    [Fact]
    public void Bytes_give_the_bits_of_the_floats_they_stand_for()
    {
        foreach (var (rows, k) in new[] { (1, 1), (3, 17), (10, 3072), (11, 3072), (13, 1100), (16, 255), (17, 600), (260, 2100) })
        {
            byte[] bytes = Draw.Bytes(rows * k, 4);
            float[] floats = Array.ConvertAll(bytes, value => value / 255f), w = Draw.Floats(7 * k, 5);
            float[] y = new float[rows * 7], z = new float[rows * 7];
            float[] dw = new float[3 * k], dz = new float[3 * k];
            byte*[] images = new byte*[rows];
            fixed (byte* b = bytes)
            fixed (byte** all = images)
            fixed (float* x = floats, weights = w, to = y, other = z, d = dw, e = dz)
            {
                for (int i = 0; i < rows; i++)
                    all[i] = b + i * k;
                RowProducts.Compute(new RowPrologue(all), weights, null, to, rows, 7, k);
                RowProducts.Compute(new RowPrologue(x, k), weights, null, other, rows, 7, k);
                ColumnProducts.Compute(
                    weights, 3, 1, new RowPrologue(all), rows, 3, k, new ColumnProducts.ToMemory(d, k));
                ColumnProducts.Compute(
                    weights, 3, 1, new RowPrologue(x, k), rows, 3, k, new ColumnProducts.ToMemory(e, k));
            }

            Assert.Equal(Draw.Bits(z), Draw.Bits(y));
            Assert.Equal(Draw.Bits(dz), Draw.Bits(dw));
        }
    }

    [Fact]
    public void Column_products_meet_the_formula_for_every_number_of_columns()
    {
        foreach (int columns in Every.Concat([383, 384, 385, 1000, 3072]))
            ColumnProduct(5, 6, columns);
    }

    [Fact]
    public void Column_products_meet_the_formula_for_every_number_of_rows_and_of_sums()
    {
        foreach (int size in Every)
        {
            ColumnProduct(3, size, 19);
            ColumnProduct(size, 3, 19);
        }
    }

    [Theory]
    [InlineData(10, 64, 3072)]
    [InlineData(1024, 5, 67)]
    [InlineData(1025, 5, 67)]
    [InlineData(2050, 9, 130)]
    [InlineData(3, 131, 127)]
    [InlineData(17, 6, 2100)]
    [InlineData(128, 5, 513)]
    [InlineData(129, 7, 2049)]
    [InlineData(300, 6, 2100)]
    [InlineData(256, 3, 3072)]
    public void Column_products_meet_the_formula_where_sums_and_columns_are_cut(int sums, int rows, int columns) =>
        ColumnProduct(sums, rows, columns);

    static void ColumnProduct(int sums, int rows, int columns)
    {
        float[] a = Draw.Whole(sums * rows, 6), b = Draw.Whole(sums * columns, 7);
        foreach (var (strideS, strideI) in new[] { (rows, 1), (1, sums) })
        {
            float[] expected = new float[rows * columns];
            ColumnProducts.Reference(a, strideS, strideI, b, expected, sums, rows, columns);
            foreach (bool backwards in new[] { false, true })
            {
                float[] c = new float[rows * columns];
                fixed (float* left = a, right = b, to = c)
                {
                    ColumnProducts.Compute(left, strideS, strideI, new RowPrologue(right, columns), sums, rows, columns,
                        new Adding(to, columns), backwards);
                    Assert.Equal(expected, c);
                    Array.Fill(c, float.NaN);
                    ColumnProducts.Compute(left, strideS, strideI, new RowPrologue(right, columns), sums, rows, columns,
                        new ColumnProducts.ToMemory(to, columns), backwards);
                    Assert.Equal(expected, c);
                }
            }
        }
    }

    // A piece that came twice would show as twice its value, one that never came as zero.
    readonly struct Adding(float* destination, int stride) : IRowEpilogue
    {
        public float* Memory => null;

        public int Stride => 0;

        public void Take(int row, int column, float* values, int length)
        {
            for (int i = 0; i < length; i++)
                destination[row * stride + column + i] += values[i];
        }
    }

    [Fact]
    public void Any_number_of_threads_gives_the_same_bits()
    {
        foreach (var (rowsX, rowsW, k) in new[] { (10, 64, 3072), (128, 37, 1001), (1030, 33, 65), (300, 6, 2100) })
        {
            float[] x = Draw.Floats(rowsX * k, 8), w = Draw.Floats(rowsW * k, 9), g = Draw.Floats(rowsX * rowsW, 10);
            int[]? product = null, gradient = null;
            foreach (int count in new[] { 1, 2, 3, 4 })
            {
                Compute.Threads = count;
                float[] y = new float[rowsX * rowsW], dw = new float[rowsW * k];
                fixed (float* from = x, weights = w, to = y, up = g, d = dw)
                {
                    RowProducts.Compute(new RowPrologue(from, k), weights, null, to, rowsX, rowsW, k);
                    ColumnProducts.Compute(up, rowsW, 1, new RowPrologue(from, k), rowsX, rowsW, k,
                        new ColumnProducts.ToMemory(d, k), backwards: count % 2 == 0);
                }

                Assert.Equal(product ??= Draw.Bits(y), Draw.Bits(y));
                Assert.Equal(gradient ??= Draw.Bits(dw), Draw.Bits(dw));
            }
        }
    }
}
