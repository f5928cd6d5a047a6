namespace Ballast.Cli;

/// <summary>The folder that the command was called in, which relative paths begin at. Another process may have deleted it.</summary>
static class WorkingFolder
{
    /// <summary>What is said where it is gone.</summary>
    public const string Gone = "The folder that the command was called in has been deleted. Call it in another one.";

    /// <summary>Whether it is still there.</summary>
    public static bool IsThere
    {
        get
        {
            try
            {
                return Directory.GetCurrentDirectory().Length > 0;
            }
            catch (IOException)
            {
                return false;
            }
        }
    }

    /// <summary>Refuses a path that begins at a folder that is gone, before any work that would be lost.</summary>
    /// <exception cref="DirectoryNotFoundException">It does.</exception>
    public static void RefuseGone(string path)
    {
        if (!Path.IsPathRooted(path) && !IsThere)
            throw new DirectoryNotFoundException(Gone);
    }
}
