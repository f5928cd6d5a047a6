namespace Ballast.Lab;

/// <summary>What somebody may have meant by a word that is not known.</summary>
public static class Suggestion
{
    /// <summary><c>Did you mean linear?</c>, or where nothing is near, <c>There are flatten, linear, ...</c></summary>
    public static string Of(string word, IEnumerable<string> known)
    {
        string[] all = [.. known];
        return Nearest(word, all) is { } nearest ? $"Did you mean {nearest}?" : $"There are {string.Join(", ", all)}.";
    }

    /// <summary>The known word that the fewest changed letters lead to; null where a third of them or more would change.
    /// </summary>
    public static string? Nearest(string word, IEnumerable<string> known)
    {
        string? nearest = null;
        int least = int.MaxValue;
        foreach (string candidate in known)
        {
            int distance = Distance(word.ToUpperInvariant(), candidate.ToUpperInvariant());
            bool near = 3 * distance <= Math.Max(word.Length, candidate.Length) + 1
                || (word.Length > 1 && candidate.StartsWith(word, StringComparison.OrdinalIgnoreCase));
            if (near && distance < least)
                (nearest, least) = (candidate, distance);
        }

        return nearest;
    }

    // Letters inserted, left out, or replaced (Levenshtein), row by row.
    static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, 1 + Math.Min(row[j], row[j - 1]));
            }
        }

        return row[^1];
    }
}
