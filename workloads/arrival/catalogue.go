package arrival

import (
	"fmt"
	"strings"
	"time"
)

const day = 24 * time.Hour

// Shapes lists the shapes that scenario files may name. No hourly curve of any Beijing service was
// published, so the corners of the curves are assumed; Source says what is known about each form.
func Shapes() []Shape {
	return append(flatShapes(), append(dailyShapes(), eventShapes()...)...)
}

// Find returns a shape by name.
func Find(name string) (Shape, error) {
	names := []string{}
	for _, s := range Shapes() {
		if s.Name == name {
			return s, nil
		}
		names = append(names, s.Name)
	}
	return Shape{}, fmt.Errorf("unknown arrival shape %q: allowed are %s", name, strings.Join(names, ", "))
}

func flatShapes() []Shape {
	flat := []Point{{0, 1}, {1, 1}}
	return []Shape{
		{
			Name: "poisson", Title: "independent arrivals at a constant rate", Span: time.Hour, Points: flat,
			Source: "superposition of many independent rare users (Palm-Khintchine theorem)",
		},
		{
			Name: "paced", Title: "evenly spaced at a constant rate, nothing random", Span: time.Hour, Points: flat, Paced: true,
			Source: "none needed: a reference load, for measurements that must be free of chance",
		},
	}
}

// dailyShapes picture one day from midnight to midnight, in minutes.
func dailyShapes() []Shape {
	return []Shape{
		{
			Name: "office", Title: "a working day: a hump in the morning, a broader one after lunch", Span: day,
			Points: []Point{{0, 0}, {480, 0}, {600, 1000}, {690, 450}, {750, 50}, {810, 100}, {900, 700}, {960, 450}, {1050, 0}, {1440, 0}},
			Source: "assumed: two humps inside office hours; that work follows working days is published (183,300 new firms in 2018 at 790.26 a day are 232 days: http://bjzpark.spotlightbeijing.com/2019-03/04/c_444047.htm)",
		},
		{
			Name: "day", Title: "residents by day and evening", Span: day,
			Points: []Point{{0, 40}, {360, 0}, {480, 100}, {570, 1000}, {690, 300}, {840, 150}, {1140, 250}, {1230, 400}, {1440, 40}},
			Source: "assumed: most by day, a second broad hump in the evening from mobile phones",
		},
		{
			Name: "commute", Title: "three peaks: morning, noon and evening", Span: day,
			Points: []Point{{0, 0}, {420, 0}, {480, 1000}, {540, 50}, {705, 50}, {735, 400}, {765, 50}, {1050, 50}, {1110, 600}, {1170, 30}, {1440, 0}},
			Source: "three peaks a day are published for the Guangzhou health code, June 2021 (http://wangpao.net/show.asp?id=5095); assumed: their hours, widths and heights",
		},
		{
			Name: "stream", Title: "round the clock with a quiet night", Span: day,
			Points: []Point{{0, 60}, {180, 0}, {360, 0}, {600, 300}, {660, 1000}, {720, 350}, {1140, 200}, {1440, 60}},
			Source: "a service of 24 hours is published for the 12345 hotline, with 600 to 700 of 1,700 operators on duty at the peak (https://bastillepost.com/global/article/4418177-beijing-service-hotline-further-improves-modern-governance); assumed: the curve",
		},
		{
			Name: "batch", Title: "a nightly batch between one and four o'clock, little otherwise", Span: day,
			Points: []Point{{0, 0}, {60, 0}, {75, 1000}, {180, 1000}, {240, 0}, {1440, 0}},
			Source: "assumed: departments synchronise when nobody waits for them",
		},
		{
			Name: "holiday", Title: "a public holiday: one hump from morning to noon", Span: day,
			Points: []Point{{0, 0}, {480, 0}, {600, 1000}, {720, 600}, {900, 100}, {1020, 0}, {1440, 0}},
			Source: "assumed: visitors arrive before noon",
		},
	}
}

// eventShapes picture something that happens once, over days or months.
func eventShapes() []Shape {
	return []Shape{
		{
			// 14 days in hours.
			Name: "deadline", Title: "two weeks that end with a deadline", Span: 14 * day,
			Points: []Point{{0, 0}, {240, 4}, {312, 30}, {324, 1000}, {336, 600}},
			Source: "that filings crowd on the last day is published: over 90 % of 2,544 firms filed on the declared day (Nansha 2020: http://subsites.chinadaily.com.cn/guangzhou/nansha/2020-02/12/c_451714.htm); the curve puts 90 % on its last day; assumed: the hours of that day, the days before and that there are two weeks",
		},
		{
			// Three hours in minutes.
			Name: "flash", Title: "a flash crowd: within minutes of an announcement, gone within the hour", Span: 3 * time.Hour,
			Points: []Point{{0, 0}, {30, 0}, {32, 1000}, {35, 1000}, {42, 100}, {60, 0}, {180, 0}},
			Source: "flash crowds of about an hour are published: Xi'an health code, 20 Dec 2021 and 4 Jan 2022 (https://globaltimes.cn/page/202201/1244024.shtml); assumed: the curve",
		},
		{
			// 30 days in hours.
			Name: "monthly", Title: "a month with its claims in the first days and a lesser hump at its end", Span: 30 * day,
			Points: []Point{{0, 0}, {12, 1000}, {36, 800}, {96, 0}, {672, 0}, {696, 250}, {720, 0}},
			Source: "assumed: that a monthly claim is made when the month allows it again",
		},
		{
			// 12 months in days.
			Name: "season", Title: "a year with a season of a few weeks", Span: 365 * day,
			Points: []Point{{0, 0}, {150, 0}, {180, 1000}, {200, 600}, {245, 0}, {365, 0}},
			Source: "assumed: school admissions and similar seasons",
		},
		{
			// A year in days: 14 February, 20 May and 7 July.
			Name: "dates", Title: "a year with three favoured dates", Span: 365 * day,
			Points: []Point{{0, 20}, {44, 20}, {44, 1000}, {45, 1000}, {45, 20}, {139, 20}, {139, 1000}, {140, 1000}, {140, 20}, {187, 20}, {187, 1000}, {188, 1000}, {188, 20}, {365, 20}},
			Source: "assumed: wedding registrations on favoured dates",
		},
	}
}
