namespace Ballast;

/// <summary>The rows of a block of text: numbers as they are, texts as positions in the block's own lists, NaN where a value is
/// missing.</summary>
sealed class TablePart
{
    /// <summary>The values, row by row.</summary>
    public float[] Values { get; set; } = [];

    public int Rows { get; set; }

    /// <summary>How many lines the block has.</summary>
    public int Lines { get; set; }

    /// <summary>The line, in the block, that its last row begins in; 0 where it has none.</summary>
    public int LastLine { get; set; }

    /// <summary>For each column of texts the different ones, in the order they came.</summary>
    public required List<string>?[] Texts { get; init; }

    /// <summary>For each column the first text that is not of its kind, and its line in the block.</summary>
    public required (string Text, int Line)?[] Refuted { get; init; }

    /// <summary>Why the block cannot be read, with the line in the block; null where it can. A fault without a line
    /// is behind the last row.</summary>
    public (int? Line, string Text, Exception? Inner)? Fault { get; set; }
}
