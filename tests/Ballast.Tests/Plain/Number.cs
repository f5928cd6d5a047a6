namespace Ballast.Tests.Plain;

/// <summary>A double that knows how far a computation in 32-bit floats may be from it.</summary>
/// <param name="Value">The value.</param>
/// <param name="Error">The sum of the magnitudes of all terms it was made of, each times what the result changes with it: so many
/// roundings of <see cref="Rounding"/> each a float may be off, to first order.</param>
readonly record struct Number(double Value, double Error = 0)
{
    /// <summary>Half the distance of neighbouring floats at 1.</summary>
    public const double Rounding = 5.9604644775390625e-8;

    /// <summary>How many roundings are allowed for each term: sums have one for each addition, of a partial sum at most as large as all
    /// magnitudes together, and most of them cancel.</summary>
    public const double Allowed = 16;

    [ThreadStatic] static long ties;

    /// <summary>How many decisions (is it above zero, which is the larger one) floats may have made otherwise.</summary>
    public static long Ties
    {
        get => ties;
        set => ties = value;
    }

    /// <summary>How far a float may be from the value.</summary>
    public double Tolerance => Allowed * Rounding * Error + 1e-37;

    public static implicit operator Number(double value) => new(value);

    public static Number operator +(Number x, Number y) => Rounded(x.Value + y.Value, x.Error + y.Error);

    public static Number operator -(Number x, Number y) => Rounded(x.Value - y.Value, x.Error + y.Error);

    public static Number operator -(Number x) => new(-x.Value, x.Error);

    public static Number operator *(Number x, Number y) =>
        Rounded(x.Value * y.Value, Scaled(x.Error, y.Value) + Scaled(y.Error, x.Value) + Both(x, y));

    public static Number operator /(Number x, Number y) =>
        Rounded(x.Value / y.Value, (x.Error + Scaled(y.Error, x.Value / y.Value)) / Math.Abs(y.Value));

    /// <summary>Whether x is larger than y; a tie is counted where floats may see it otherwise.</summary>
    public static bool operator >(Number x, Number y)
    {
        Watch(x, y);
        return x.Value > y.Value;
    }

    /// <inheritdoc cref="op_GreaterThan"/>
    public static bool operator <(Number x, Number y) => y > x;

    /// <summary>Counts a tie where floats may see another one of two numbers as the larger.</summary>
    public static void Watch(Number x, Number y)
    {
        double error = x.Error + y.Error;
        if (error > 0 && Math.Abs(x.Value - y.Value) <= Allowed * Rounding * error)
            ties++;
    }

    // A term that does not count adds no error, however large that is.
    static double Scaled(double error, double by) => error == 0 || by == 0 ? 0 : error * Math.Abs(by);

    // Both factors off at once: it counts where a factor is nothing but rounding.
    static double Both(in Number x, in Number y) => Allowed * Rounding * x.Error * y.Error;

    static Number Rounded(double value, double error)
    {
        Number rounded = new(value, error + Math.Abs(value));
        WatchRange(rounded);
        return rounded;
    }

    // Where terms are beyond what floats reach, these may be infinite: that is a decision too.
    static void WatchRange(in Number x)
    {
        if (x.Error > float.MaxValue)
            ties++;
    }

    /// <summary>One more term of a sum.</summary>
    public static void Add(ref Number sum, Number term)
    {
        sum = new Number(sum.Value + term.Value, sum.Error + term.Error + Math.Abs(term.Value));
        WatchRange(sum);
    }

    /// <summary>One more product of a sum.</summary>
    public static void Add(ref Number sum, in Number x, in Number y, double roundings = 1)
    {
        double product = x.Value * y.Value;
        sum = new Number(
            sum.Value + product,
            sum.Error + roundings * Math.Abs(product) + Scaled(x.Error, y.Value) + Scaled(y.Error, x.Value) + Both(x, y));
        WatchRange(sum);
    }

    /// <summary>The value of a function.</summary>
    /// <param name="f">The function.</param>
    /// <param name="slope">Its slope.</param>
    /// <param name="size">The magnitude of the terms that it is computed from.</param>
    public Number Through(Func<double, double> f, double slope, double size) => new(f(Value), Scaled(Error, slope) + size);

    /// <summary>The square root.</summary>
    public Number Sqrt()
    {
        double root = Math.Sqrt(Value);
        return Rounded(root, Error == 0 ? 0 : Error / (2 * root));
    }
}
