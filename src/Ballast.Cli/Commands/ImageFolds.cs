using System.CommandLine;
using Ballast.Lab;

namespace Ballast.Cli;

/// <summary><c>ballast train --folds K</c> on images: a study of one arm, which leaves a table, a mean, and the weights of each fold.</summary>
static class ImageFolds
{
    /// <summary>Runs it.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="folds">How many folds.</param>
    /// <param name="place">The folder; null for a new one.</param>
    /// <param name="tensorBoard">Whether event files are written.</param>
    public static int Run(ParseResult result, int folds, string? place, bool tensorBoard)
    {
        var settings = TrainOptions.Read(result, folds: true);
        string? group = result.GetValue(HoldOutOptions.Group);
        RunPaths.Refuse(place, StudyFolder.RefuseUsed);
        Refuse(settings);
        return StudyCommand.Execute(result, (source, cancellation) =>
        {
            try
            {
                settings = source.Complete(settings, cancellation);
                var data = StudyData.Open(source, settings, whole: true, group, cancellation);
                var definition = Study.Folds(settings, folds, result.GetValue(HoldOutOptions.Stratified), data, group);
                using var made = RunPaths.NewStudy("kfold", place);
                return StudyRunner.Begin(made.Path, definition, data, CommandText.Again(), tensorBoard);
            }
            catch (ArgumentException error)
            {
                throw new UsageException(error);
            }
        });
    }

    /// <summary>Refuses what no data can be trained with, before the data.</summary>
    /// <param name="settings">How images are trained on.</param>
    public static void Refuse(RunSettings settings)
    {
        try
        {
            SettingsCheck.Refuse(settings);
        }
        catch (ArgumentException error)
        {
            throw new UsageException(error);
        }

        RunData.RefuseMissing(settings);
    }
}
