using System.Globalization;

namespace Ballast;

/// <summary>How many times as large something becomes, on all axes or on each. PyTorch: <c>scale_factor</c>, a number or a tuple.</summary>
public readonly struct ScaleFactors : IEquatable<ScaleFactors>
{
    readonly double all;
    readonly double[]? each;

    ScaleFactors(double all) => this.all = all;

    ScaleFactors(double[] each) => this.each = each;

    /// <summary>How many axes there are factors for; 0 where one stands for all.</summary>
    internal int Count => each?.Length ?? 0;

    /// <summary>The factor of an axis.</summary>
    public double this[int axis] => each is null ? all : each[axis];

    /// <summary>The same factor for all axes.</summary>
    public static implicit operator ScaleFactors(double all) => new(all);

    /// <summary>Factors for rows and columns.</summary>
    public static implicit operator ScaleFactors((double Rows, double Columns) factors) => new([factors.Rows, factors.Columns]);

    /// <summary>Factors for planes, rows and columns.</summary>
    public static implicit operator ScaleFactors((double Planes, double Rows, double Columns) factors) =>
        new([factors.Planes, factors.Rows, factors.Columns]);

    /// <summary>Whether there is a factor above 0 for each of so many axes.</summary>
    internal bool Fits(int axes) => each is null ? all > 0 && double.IsFinite(all)
        : each.Length == axes && Array.TrueForAll(each, static factor => factor > 0 && double.IsFinite(factor));

    /// <summary>As Python prints it: 2.0, (2.0, 1.5).</summary>
    internal string Printed => each is null ? PythonText.Of(all) : PythonText.Tuple(Array.ConvertAll(each, PythonText.Of));

    /// <summary>Whether the factors are the same.</summary>
    public bool Equals(ScaleFactors other) => all.Equals(other.all) && (each ?? []).SequenceEqual(other.each ?? []);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ScaleFactors other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => this[0].GetHashCode();

    /// <summary>Whether the factors are the same.</summary>
    public static bool operator ==(ScaleFactors left, ScaleFactors right) => left.Equals(right);

    /// <summary>Whether a factor differs.</summary>
    public static bool operator !=(ScaleFactors left, ScaleFactors right) => !left.Equals(right);

    /// <summary>As it is written.</summary>
    public override string ToString() => each is null
        ? all.ToString(CultureInfo.InvariantCulture)
        : $"({string.Join(", ", each.Select(static factor => factor.ToString(CultureInfo.InvariantCulture)))})";
}
