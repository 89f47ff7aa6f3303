using IconDiffusion.Imaging;
using IconDiffusion.Specs.Cluster;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace IconDiffusion.Browser.Tests;

/// <summary>From a file or a folder on the visitor's machine to an experiment, on the dashboard.</summary>
public sealed class SubmissionTests(Browser browser) : OnADashboard(browser)
{
    private const string Hostile = "<img src=x onerror=\"document.title='taken'\">";

    private const string Faces = """
        {
          "name": "faces",  // two seeds
          "dataset": { "source": "noto-faces", "count": 8, "heldOut": 0, "imageSize": 16 },
          "grid": { "seed": [1, 2] },
          "model": { "kind": "ddpm", "unet": { "dim": 8, "dimMults": [1] }, "diffusion": { "timesteps": 50 } },
          "training": { "steps": 1000000, "batchSize": 2 },
          "sampling": { "count": 4 },
          "evaluation": { "inception": "random", "figures": "preprint" }
        }
        """;

    [SkippableFact]
    [Trait("Speed", "Slow")]
    public async Task AnExperimentFile_IsPlannedAndStarted()
    {
        var page = await OpenAsync($"#token={await TokenAsync(TokenRole.Work)}");
        await Button(page, "New experiment").ClickAsync();
        var file = page.GetByLabel("Experiment file");
        await file.SetInputFilesAsync(Json("wrong.json", """{ "name": "faces", "modell": {} }"""));
        await Expect(page.Locator("#submission-answer")).ToContainTextAsync("wrong.json: ");
        Assert.Equal("[]", await Client.GetStringAsync("/api/experiments"));
        Assert.Empty(await Barriers.FindAsync(page));

        await file.SetInputFilesAsync(Json("faces.json", Faces));
        await Expect(page.Locator("#submission strong")).ToContainTextAsync("2 run(s), about ");
        await Expect(page.Locator("#submission tbody tr")).ToHaveCountAsync(2);
        Assert.Equal(["ddpm 8 (1)", "1", "8 × 16 px"], (await page.Locator("#submission tbody tr").First.Locator("td").AllTextContentsAsync()).Take(3));
        Assert.Empty(await Barriers.FindAsync(page));
        await page.GetByLabel("Priority").FillAsync("3");
        await Button(page, "Start").ClickAsync();

        await Expect(page.Locator("#experiment h2")).ToContainTextAsync("faces");
        await Expect(page.Locator("#experiment tbody .state.running")).ToBeVisibleAsync();
        var id = await page.Locator("#experiments a").GetAttributeAsync("data-key");
        Assert.Equal((3, 2), ((await StatusAsync(id!)).Priority, (await StatusAsync(id!)).Cells.Count));
    }

    [SkippableFact]
    [Trait("Speed", "Slow")]
    public async Task AFolderOfPictures_IsProposedAsAnExperiment_AndNamesStayText()
    {
        var folder = Pictures();
        var log = new PageLog();
        var page = await OpenAsync($"#token={await TokenAsync(TokenRole.Work)}", log: log);
        await Button(page, "New experiment").ClickAsync();
        await page.GetByLabel("Folder of pictures").SetInputFilesAsync(folder);
        await Button(page, "Send and plan").ClickAsync();
        await Expect(page.Locator("#submission-answer")).ToContainTextAsync("Nobody's consent is stated");
        Assert.Empty(await Barriers.FindAsync(page));

        await page.GetByLabel("Artist").FillAsync(Hostile);
        await page.GetByLabel("Licence").FillAsync("by agreement");
        await page.GetByLabel("Time for everything").SelectOptionAsync("01:00:00");
        await Button(page, "Send and plan").ClickAsync();
        await Expect(page.Locator("#submission strong")).ToContainTextAsync("2 run(s), about ");
        await Expect(page.Locator("#submission")).ToContainTextAsync($"{Hostile}, by agreement");
        await Expect(page.GetByLabel("What training does not see")).ToContainTextAsync("1 file(s) left out, as they are no PNG, JPEG, WebP or GIF: <b>notes.txt");
        Assert.Empty(await Barriers.FindAsync(page));
        await Button(page, "Start").ClickAsync();

        await Expect(page.Locator("#experiment h2")).ToContainTextAsync($"{Path.GetFileName(folder)}-");
        await Expect(page.Locator("#experiment tbody .state.running")).ToBeVisibleAsync();
        Assert.DoesNotContain("taken", await page.TitleAsync());
        Assert.Equal(0, await page.Locator("b, img[src=x]").CountAsync());
        Assert.DoesNotContain(log.Complaints, each => each.Contains("Content Security Policy", StringComparison.Ordinal));
        Assert.DoesNotContain("token", page.Url);
    }

    [SkippableFact]
    [Trait("Speed", "Slow")]
    public async Task WhatIsDropped_IsTaken_AndAFolderThatAFileNames_IsSent()
    {
        var page = await OpenAsync($"#token={await TokenAsync(TokenRole.Work)}");
        await Expect(Button(page, "New experiment")).ToBeVisibleAsync();
        await using var dropped = await page.EvaluateHandleAsync(
            "text => { const all = new DataTransfer(); all.items.add(new File([text], 'mine.json', { type: 'application/json' })); return all; }",
            Faces.Replace("\"source\": \"noto-faces\", \"count\": 8", "\"source\": \"folder\", \"path\": \"my-icons\""));
        await page.DispatchEventAsync("body", "drop", new { dataTransfer = dropped });

        await Expect(Button(page, "Start")).ToHaveCountAsync(0);
        await page.GetByLabel("The folder 'my-icons'").SetInputFilesAsync(Pictures());
        await Expect(page.GetByLabel("What training does not see")).ToContainTextAsync("<b>notes.txt");
        await Button(page, "Start").ClickAsync();

        await Expect(page.Locator("#experiment tbody .state.running")).ToBeVisibleAsync();
    }

    [SkippableFact]
    public async Task WhoMayOnlyWatch_IsNotOfferedToSubmit()
    {
        var page = await OpenAsync($"#token={await TokenAsync(TokenRole.Watch)}");
        await Expect(page.Locator("#devices li")).ToBeVisibleAsync();
        await Expect(Button(page, "New experiment")).ToBeHiddenAsync();
    }

    private string Pictures()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Folder, "pictures")).FullName;
        for (byte i = 0; i < 8; i++)
            File.WriteAllBytes(Path.Combine(folder, $"{i}.png"), ImageFile.EncodePng(new Image(40, 40, new Rgb((byte)(i * 20), 90, 7))));
        File.WriteAllText(Path.Combine(folder, "<b>notes.txt"), "nothing to look at");
        return folder;
    }

    private static FilePayload Json(string name, string text) => new() { Name = name, MimeType = "application/json", Buffer = System.Text.Encoding.UTF8.GetBytes(text) };
}
