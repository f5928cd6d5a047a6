namespace Ballast.Kernels;

/// <summary>How many rows a tile of a product has. The JIT knows the number: a tile is written once, for the most rows, and what has fewer
/// leaves the others out. Sums stay in registers only where each has a name.</summary>
interface ITileRows
{
    /// <summary>The number.</summary>
    static abstract int Count { get; }

    /// <summary>Whether memory is asked for meanwhile that the next product will read.</summary>
    static virtual bool Asks => false;
}

/// <summary>Two rows.</summary>
readonly struct TwoRows : ITileRows
{
    public static int Count => 2;
}

/// <summary>Four rows.</summary>
readonly struct FourRows : ITileRows
{
    public static int Count => 4;
}

/// <summary>Four rows, while what comes next is asked for.</summary>
readonly struct FourRowsAhead : ITileRows
{
    public static int Count => 4;

    public static bool Asks => true;
}

/// <summary>Five rows.</summary>
readonly struct FiveRows : ITileRows
{
    public static int Count => 5;
}

/// <summary>Six rows.</summary>
readonly struct SixRows : ITileRows
{
    public static int Count => 6;
}

/// <summary>Eight rows.</summary>
readonly struct EightRows : ITileRows
{
    public static int Count => 8;
}

/// <summary>Eight rows, while what comes next is asked for.</summary>
readonly struct EightRowsAhead : ITileRows
{
    public static int Count => 8;

    public static bool Asks => true;
}
