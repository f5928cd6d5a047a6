namespace Ballast.Tests.Plain;

/// <summary>An array of numbers that remembers how it was computed: five ways to compute one, each with its gradient, of which all
/// operations are made.</summary>
sealed class Numbers
{
    [ThreadStatic] static int made;

    readonly int order = made++;
    readonly Numbers[] from;
    Action? back;

    public Numbers(Shape shape, Number[] values, params Numbers[] from)
    {
        Assert.Equal(shape.Length, values.Length);
        (Shape, Values, this.from) = (shape, values, from);
        Gradient = [];
    }

    public Shape Shape { get; }

    public Number[] Values { get; }

    /// <summary>The type that the values have; they are kept as numbers whatever it is.</summary>
    public ElementType Type { get; init; } = ElementType.Float64;

    /// <summary>The gradient of what was computed last.</summary>
    public Number[] Gradient { get; private set; }

    public static Numbers Constant(double value) => new(Shape.Scalar, [value]);

    public static Numbers Constant(Shape shape, ReadOnlySpan<double> values) => new(shape, Array.ConvertAll(values.ToArray(), static v => new Number(v)));

    /// <summary>f(x) of each element.</summary>
    /// <param name="value">y = f(x).</param>
    /// <param name="slope">f'(x) from x and y.</param>
    public Numbers Map(Func<Number, Number> value, Func<Number, Number, Number> slope)
    {
        Numbers y = new(Shape, Array.ConvertAll(Values, x => value(x)), this);
        y.back = () =>
        {
            for (int i = 0; i < Values.Length; i++)
                Number.Add(ref Gradient[i], y.Gradient[i], slope(Values[i], y.Values[i]));
        };
        return y;
    }

    /// <summary>f(x, y) of each pair of elements, broadcast.</summary>
    public static Numbers Zip(
        Numbers x, Numbers y, Func<Number, Number, Number> value, Func<Number, Number, Number> slopeX, Func<Number, Number, Number> slopeY)
    {
        var shape = Tensor.Broadcast("plain", x.Shape, y.Shape);
        var (atX, atY) = (Places.Broadcast(x.Shape, shape), Places.Broadcast(y.Shape, shape));
        var values = new Number[shape.Length];
        for (int i = 0; i < values.Length; i++)
            values[i] = value(x.Values[atX[i]], y.Values[atY[i]]);
        Numbers z = new(shape, values, x, y);
        z.back = () =>
        {
            for (int i = 0; i < values.Length; i++)
            {
                Number a = x.Values[atX[i]], b = y.Values[atY[i]];
                Number.Add(ref x.Gradient[atX[i]], z.Gradient[i], slopeX(a, b));
                Number.Add(ref y.Gradient[atY[i]], z.Gradient[i], slopeY(a, b));
            }
        };
        return z;
    }

    /// <summary>x with values in the places of its elements; of several in one place the last one stays, and each has the gradient that it has.
    /// </summary>
    public static Numbers Put(Numbers x, Numbers values, Func<int, int> to)
    {
        var put = (Number[])x.Values.Clone();
        bool[] taken = new bool[put.Length];
        for (int i = 0; i < values.Values.Length; i++)
            (put[to(i)], taken[to(i)]) = (values.Values[i], true);
        Numbers y = new(x.Shape, put, x, values);
        y.back = () =>
        {
            for (int place = 0; place < put.Length; place++)
            {
                if (!taken[place])
                    Number.Add(ref x.Gradient[place], y.Gradient[place], 1);
            }

            for (int i = 0; i < values.Values.Length; i++)
                Number.Add(ref values.Gradient[i], y.Gradient[to(i)], 1);
        };
        return y;
    }

    /// <summary>Elements of several arrays at new places: for each place the array and the element, or -1 for a constant.</summary>
    public static Numbers Gather(Shape shape, Numbers[] parts, Func<int, (int Part, int Element)> source, double otherwise = 0)
    {
        var values = new Number[shape.Length];
        var sources = new (int Part, int Element)[shape.Length];
        for (int i = 0; i < values.Length; i++)
        {
            var (part, element) = sources[i] = source(i);
            values[i] = element < 0 ? otherwise : parts[part].Values[element];
        }

        Numbers y = new(shape, values, parts) { Type = parts.Length > 0 ? parts[0].Type : ElementType.Float64 };
        y.back = () =>
        {
            for (int i = 0; i < values.Length; i++)
            {
                var (part, element) = sources[i];
                if (element >= 0)
                    Number.Add(ref parts[part].Gradient[element], y.Gradient[i]);
            }
        };
        return y;
    }

    /// <summary>Elements at new places.</summary>
    public Numbers Move(Shape shape, Func<int, int> source) => Gather(shape, [this], i => (0, source(i)));

    /// <summary>A term of a sum of products, or several: a place in the result, an element of x and one of y, and how far the elements of
    /// the next term lie behind.</summary>
    public delegate void Term(int place, int x, int y, int count = 1, int strideX = 0, int strideY = 0);

    /// <summary>Sums of products.</summary>
    /// <param name="shape">The shape of the result.</param>
    /// <param name="x">The first factors.</param>
    /// <param name="y">The second factors.</param>
    /// <param name="terms">Calls what it is given for each term.</param>
    /// <param name="roundings">How many times the roundings of a sum of the terms are allowed.</param>
    /// <param name="mixed">So many gradients of y side by side are computed from the same sums: each may be as far off as they are on average.
    /// </param>
    public static Numbers Products(Shape shape, Numbers x, Numbers y, Action<Term> terms, double roundings = 1, int mixed = 1)
    {
        var values = new Number[shape.Length];
        terms((place, a, b, count, strideX, strideY) =>
        {
            ref var sum = ref values[place];
            for (int t = 0; t < count; t++)
                Number.Add(ref sum, x.Values[a + t * strideX], y.Values[b + t * strideY], roundings);
        });
        Numbers z = new(shape, values, x, y);
        z.back = () =>
        {
            terms((place, a, b, count, strideX, strideY) =>
            {
                var gradient = z.Gradient[place];
                for (int t = 0; t < count; t++)
                {
                    Number.Add(ref x.Gradient[a + t * strideX], gradient, y.Values[b + t * strideY], roundings);
                    Number.Add(ref y.Gradient[b + t * strideY], gradient, x.Values[a + t * strideX], roundings);
                }
            });
            for (int first = 0; mixed > 1 && first < y.Gradient.Length; first += mixed)
            {
                var together = y.Gradient.AsSpan(first, mixed);
                double error = 0;
                foreach (var number in together)
                    error += number.Error / mixed;
                foreach (ref var number in together)
                    number = number with { Error = Math.Max(number.Error, error) };
            }
        };
        return z;
    }

    /// <summary>Sums of elements: for each element its place in the result.</summary>
    public Numbers Sum(Shape shape, Func<int, int> place)
    {
        var values = new Number[shape.Length];
        for (int i = 0; i < Values.Length; i++)
            Number.Add(ref values[place(i)], Values[i]);
        Numbers y = new(shape, values, this);
        y.back = () =>
        {
            for (int i = 0; i < Values.Length; i++)
                Number.Add(ref Gradient[i], y.Gradient[place(i)]);
        };
        return y;
    }

    /// <summary>The gradients of everything that results were computed from, starting from theirs.</summary>
    public static void Back(ReadOnlySpan<Numbers> results, ReadOnlySpan<Number[]?> gradients)
    {
        HashSet<Numbers> all = [];
        Stack<Numbers> open = new(results.ToArray());
        while (open.TryPop(out var next))
        {
            if (!all.Add(next))
                continue;
            next.Gradient = new Number[next.Values.Length];
            foreach (var source in next.from)
                open.Push(source);
        }

        for (int i = 0; i < results.Length; i++)
            (gradients[i] ?? []).CopyTo(results[i].Gradient, 0);
        foreach (var step in all.OrderByDescending(static step => step.order))
            step.back?.Invoke();
    }

    public static Numbers operator +(Numbers x, Numbers y) => Zip(x, y, static (a, b) => a + b, static (_, _) => 1, static (_, _) => 1);

    public static Numbers operator -(Numbers x, Numbers y) => Zip(x, y, static (a, b) => a - b, static (_, _) => 1, static (_, _) => -1);

    public static Numbers operator *(Numbers x, Numbers y) => Zip(x, y, static (a, b) => a * b, static (_, b) => b, static (a, _) => a);

    public static Numbers operator /(Numbers x, Numbers y) =>
        Zip(x, y, static (a, b) => a / b, static (_, b) => 1 / b, static (a, b) => -(a / (b * b)));

    public static implicit operator Numbers(double value) => Constant(value);

    public Numbers Sqrt() => Map(static x => x.Sqrt(), static (_, y) => 0.5 / y);

    public Numbers Square() => Map(static x => x * x, static (x, _) => 2 * x);

    /// <summary>The same values under another shape.</summary>
    public Numbers Reshape(params ReadOnlySpan<int> sizes) => Move(new Shape(sizes), static i => i);

    /// <summary>The sum over some axes, which stay with the size 1.</summary>
    public Numbers Sum(params ReadOnlySpan<int> axes)
    {
        int[] sizes = Shape.ToArray();
        foreach (int axis in axes)
            sizes[axis] = 1;
        Shape kept = new(sizes);
        int[] places = Places.Broadcast(kept, Shape);
        return Sum(kept, i => places[i]);
    }

    /// <summary>The mean over some axes, which stay with the size 1.</summary>
    public Numbers Mean(params ReadOnlySpan<int> axes)
    {
        var sum = Sum(axes);
        return sum / ((double)Values.Length / Math.Max(1, sum.Values.Length));
    }

    /// <summary>All values changed together, and their gradients likewise: sums over workers.</summary>
    public Numbers Together(Func<Number[], Number[]> change)
    {
        Numbers y = new(Shape, change(Values), this);
        y.back = () =>
        {
            var passed = change(y.Gradient);
            for (int i = 0; i < passed.Length; i++)
                Number.Add(ref Gradient[i], passed[i]);
        };
        return y;
    }

    /// <summary>The same values, through which no gradient goes.</summary>
    public Numbers Detach() => new(Shape, Values) { Type = Type };
}
